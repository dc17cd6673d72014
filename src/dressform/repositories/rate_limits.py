"""The limits of how often something may be tried, and what each is counted by.

No limit looks at the address of a visitor: that serves diagnosis alone.
"""

from dataclasses import dataclass
from datetime import timedelta

from dressform.mail.mailboxes import mailbox_of
from dressform.repositories.owners import Member

_QUARTER, _HOUR = timedelta(minutes=15), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A number of attempts in a window. The windows of a day begin at midnight UTC."""

    name: str
    max: int
    window: timedelta


LOGIN = RateLimit("login", 10, _QUARTER)
"""Failed logins with one login name from devices that are not known."""
ALL_LOGINS = RateLimit("all-logins", 30, timedelta(minutes=1))
"""Failed logins with all names together from devices that are not known. A setting sets the number."""
DEVICE = RateLimit("device", 10, _QUARTER)
"""Failed logins from one known device."""
PASSWORD = RateLimit("password", 10, _QUARTER)
"""Wrong passwords in one session, wherever one is asked for."""
RESET = RateLimit("reset", 20, _QUARTER)
"""Attempts with one mailed link."""
FORGOT = RateLimit("forgot", 5, _HOUR)
"""Requests for a new password, by mailbox."""
FORGOT_ON_DEVICE = RateLimit("forgot-on-device", 5, _HOUR)
"""Requests for a new password from one known device."""
LINK = RateLimit("link", 5, _HOUR)
"""Requests for a link to sign in, by mailbox."""
LINK_ON_DEVICE = RateLimit("link-on-device", 5, _HOUR)
"""Requests for a link to sign in from one known device."""
REGISTER = RateLimit("register", 5, _HOUR)
"""Registrations, by mailbox."""
RESEND = RateLimit("resend", 5, _HOUR)
"""Requests for the link of a registration, by mailbox."""
NEW_ADDRESS = RateLimit("new-address", 5, _HOUR)
"""Requests of members to change their address, by mailbox and by member."""
CONSENT = RateLimit("consent", 5, _HOUR)
"""Mails to one member about their consent."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit and the target that it is counted by."""

    limit: RateLimit
    target: str = ""

    @classmethod
    def of_mailbox(cls, limit: RateLimit, address: str) -> "Budget":
        """Return the budget of the mailbox that an address reaches."""
        return cls(limit, mailbox_of(address))

    @classmethod
    def of_session(cls, member: Member) -> "Budget":
        """Return the budget of the passwords that are typed in a session."""
        return cls(PASSWORD, str(member.session_id))


def budgets_of_owner(*, username: str, addresses: tuple[str, ...]) -> list[Budget]:
    """Return what strangers can use up of an account, by all its names.

    Its owner gets it back by proving access to the mailbox, or by a new password.
    """
    mail = [FORGOT, LINK, RESEND]
    return [
        Budget(LOGIN, username),
        *(Budget(LOGIN, address) for address in addresses),
        *(Budget.of_mailbox(limit, address) for address in addresses for limit in mail),
    ]
