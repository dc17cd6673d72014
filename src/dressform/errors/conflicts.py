"""Errors of a request that fits, but not what is stored."""

from http import HTTPStatus

from dressform.errors.base import DressformError


class UsernameTaken(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "username-taken"
    title = "The username is taken"
    detail = "Choose another username."


class EmailTaken(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "email-taken"
    title = "The e-mail address has an account already"
    detail = "Sign in to that account, or reset its password."


class TooManyModels(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "too-many-models"
    title = "You have as many models as an account can hold"
    detail = "Remove one of your 100 models first."


class RequestInProgress(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "request-in-progress"
    title = "The same request is still being answered"
    detail = "Wait a moment, then send it again with the same Idempotency-Key."

    def __init__(self) -> None:
        super().__init__(retry_after=1)


class ConsentTextChanged(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "consent-text-changed"
    title = "The text that you agreed to is not the current one"
    detail = "Nothing was changed. Read what GET /v1/privacy/consents asks now, and agree to that."


class TooManyConsents(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "too-many-consents"
    title = "You agreed and withdrew too often"
    detail = "You can give and withdraw a consent 1000 times in total; the last time must be a withdrawal. Nothing was changed."


class LinkInvalid(DressformError):
    status = HTTPStatus.GONE
    slug = "link-invalid"
    title = "The link no longer works"
    detail = "It was used already, replaced by a newer one, or is too old. Ask for a new one."


class AlreadyConfirmed(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "already-confirmed"
    title = "Your account is open already"
    detail = "This link was followed before: sign in."
