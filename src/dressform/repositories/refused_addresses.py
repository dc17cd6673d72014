"""The marks of accounts whose e-mail address takes no mail."""

from sqlalchemy import ARRAY, LargeBinary, bindparam, update

from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import Account
from dressform.db.unit_of_work import UnitOfWork
from dressform.policy.periods import start_of_day

_HAS_EMAIL = is_any_of(Account.email_index, bindparam("email_hashes", type_=ARRAY(LargeBinary)))
_MARK = Statement(
    update(Account)
    .where(_HAS_EMAIL, Account.mail_refused_since.is_(None))
    .values(mail_refused_since=bindparam("today"))
)
_CLEAR = Statement(
    update(Account)
    .where(_HAS_EMAIL, Account.mail_refused_since.is_not(None))
    .values(mail_refused_since=None)
)


class RefusedAddresses:
    """The marks of accounts whose address takes no mail. A change of the address clears them too.

    An account is found by the address that a mail was sent to. So a mail to a former address, or to
    one that is not confirmed, marks no account.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def mark(self, address: str) -> None:
        """Mark the account of an address, unless it is marked since an earlier day."""
        await self._uow.connection.execute(
            _MARK, {"email_hashes": self._hashes(address), "today": start_of_day(self._uow.now)}
        )

    async def clear(self, address: str) -> None:
        """Remove the mark of the account of an address."""
        await self._uow.connection.execute(_CLEAR, {"email_hashes": self._hashes(address)})

    def _hashes(self, address: str) -> list[bytes]:
        return self._uow.keyrings.index.list_email_hashes(address)
