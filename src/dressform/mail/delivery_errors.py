"""The errors of a delivery."""

from dressform.mail.outcomes import MailOutcome


class DeliveryError(Exception):
    """The mail was not delivered. Contains no address.

    `outcome` says whether it may be tried again; `reason` is the code of the server's reply, or what
    failed without one.
    """

    def __init__(
        self, text: str, outcome: MailOutcome = MailOutcome.FAILED, *, reason: str = "error"
    ) -> None:
        super().__init__(text)
        self.outcome = outcome
        self.reason = reason


class DeliveryUnknownError(DeliveryError):
    """The connection broke after the mail was sent and before the server answered."""
