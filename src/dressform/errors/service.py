"""Errors of the service itself."""

from http import HTTPStatus

from dressform.errors.base import DressformError


class InternalError(DressformError):
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    slug = "internal-error"
    title = "Something went wrong on our side"
    detail = "Try again; if it happens again, report the `instance` of this answer."


class Unavailable(DressformError):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    slug = "unavailable"
    title = "The service is not available at the moment"
    detail = "Nothing was changed. Try again after the seconds that Retry-After gives."


class OutcomeUnknown(Unavailable):
    slug = "outcome-unknown"
    title = "It is not known whether the change was saved"
    detail = (
        "The database was lost while it was being saved. Read what is stored before you repeat it."
    )


class StartupError(Exception):
    """Something an operator must mend before a command can run; its text is one clear sentence."""


class AlreadyPublished(StartupError):
    """What is published never changes."""

    def __init__(self, edition: str) -> None:
        super().__init__(
            f"The edition {edition} is published already, with other content: nothing was changed."
        )
