"""Errors of the service itself."""

from http import HTTPStatus

from dressform.errors.base import DressformError


class InternalError(DressformError):
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    slug = "internal-error"
    title = "Something went wrong on our side"
    detail = "Try again; if it happens again, report the `instance` of this answer."


class Unavailable(DressformError):
    """The request can't be handled now. `reason` is for the log, and contains no value."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    slug = "unavailable"
    title = "The service is not available at the moment"
    detail = "Nothing was changed. Try again after the seconds that Retry-After gives."

    def __init__(self, *, reason: str = "", retry_after: int | None = None) -> None:
        super().__init__(retry_after=retry_after)
        self.reason = reason


class OutcomeUnknown(Unavailable):
    slug = "outcome-unknown"
    title = "It is not known whether the change was saved"
    detail = (
        "The database was lost while it was being saved. Read what is stored before you repeat it."
    )


class StartupError(Exception):
    """A command can't run before an operator corrects something; its text is one sentence."""


class AlreadyPublished(StartupError):
    """A published edition never changes."""

    def __init__(self, edition: str) -> None:
        super().__init__(
            f"The edition {edition} is published already, with other content: nothing was changed."
        )
