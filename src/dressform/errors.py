"""Every error of Dressform, with the status and the text that a client receives.

DressformError
├── MalformedRequest          400  the request itself is malformed
├── Unauthenticated           401  no access token, or an invalid one
├── WrongCredentials          401  the login and the password do not match
├── WrongPassword             403  the password of the signed-in member is wrong
├── RefreshTokenRefused       401  the refresh token is unknown, used or expired
├── AccountRestricted         403  the processing of the account is restricted
├── NotAnOperator             403  only operators may do this
├── OriginNotAllowed          403  a page of another site sent the refresh cookie
├── NotFound                  404  nothing is there, or it belongs to another member
├── MethodNotAllowed          405
├── UsernameTaken             409
├── EmailTaken                409  told only to a client that proved to own the address
├── TooManyModels             409
├── ConsentTextChanged        409  the text of the consent is not the current one
├── TooManyConsents           409  the record of a consent is full
├── LinkInvalid               410  a mailed link was used, replaced or is too old
├── RequestTimeout            408  the request did not arrive in time
├── TooLarge                  413  the body exceeds its limit
├── UnsupportedPicture        415  the body is not a supported picture
├── RangeNotSatisfiable       416  the range begins after the end of the file
├── InvalidInput              422  fields that do not fit, each named
│   ├── WeakPassword          422
│   └── SearchTooBroad        422  the search of the access log would read too many rows
├── RateLimited               429
├── HeadersTooLarge           431  the request line and headers exceed their limit
├── InternalError             500
└── Unavailable               503  the database is unavailable, or a queue is full
    └── OutcomeUnknown        503  the connection was lost during COMMIT
"""

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that does not fit: a JSON Pointer into the body (``#/name``), and what to do."""

    pointer: str
    detail: str


class DressformError(Exception):
    """Base of the errors that a client receives. `detail` says what to do."""

    status: ClassVar[HTTPStatus]
    slug: ClassVar[str]
    title: ClassVar[str]
    detail: str = ""

    def __init__(self, detail: str | None = None, *, retry_after: int | None = None) -> None:
        self.detail = detail if detail is not None else self.detail
        self.retry_after = retry_after
        super().__init__(self.detail)

    def as_problem(self, request_id: object) -> dict[str, Any]:
        """Return the members of an RFC 9457 problem document."""
        return {
            "type": f"/problems#{self.slug}",
            "title": self.title,
            "status": int(self.status),
            "detail": self.detail,
            "instance": f"urn:uuid:{request_id}",
        }


class MalformedRequest(DressformError):
    status = HTTPStatus.BAD_REQUEST
    slug = "malformed-request"
    title = "The request is malformed"
    detail = "Send a well-formed request; a JSON body must be valid JSON in UTF-8."


class Unauthenticated(DressformError):
    status = HTTPStatus.UNAUTHORIZED
    slug = "unauthenticated"
    title = "You are not signed in"
    detail = "Send a valid access token as `Authorization: Bearer …`; refresh it or sign in again."


class WrongCredentials(DressformError):
    status = HTTPStatus.UNAUTHORIZED
    slug = "wrong-credentials"
    title = "Signing in failed"
    detail = "The login and password do not match, or the e-mail address is not yet confirmed."


class WrongPassword(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "wrong-password"
    title = "The password is wrong"
    detail = "Type the present password of your account."


class RefreshTokenRefused(DressformError):
    status = HTTPStatus.UNAUTHORIZED
    slug = "refresh-token-refused"
    title = "The refresh token is not accepted"
    detail = "It is unknown, used or ended. Use the newest one, or sign in again."


class AccountRestricted(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "account-restricted"
    title = "Your account is restricted"
    detail = (
        "Its data can be read, corrected and deleted, but not used. Lift the restriction first."
    )


class NotAnOperator(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "not-an-operator"
    title = "This is for operators only"
    detail = "An administrator appoints operators with `dressform operators add`."


class OriginNotAllowed(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "origin-not-allowed"
    title = "The request came from another site"
    detail = "The refresh cookie is accepted only from the pages of this site."


class NotFound(DressformError):
    status = HTTPStatus.NOT_FOUND
    slug = "not-found"
    title = "There is nothing here"
    detail = "Check the address; what was removed or never existed looks the same."


class MethodNotAllowed(DressformError):
    status = HTTPStatus.METHOD_NOT_ALLOWED
    slug = "method-not-allowed"
    title = "The method is not allowed here"
    detail = "The Allow header lists the methods that this address accepts."


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


class ConsentTextChanged(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "consent-text-changed"
    title = "The text that you agreed to is not the current one"
    detail = "Nothing was changed. Read what GET /v1/privacy/consents asks now, and agree to that."


class TooManyConsents(DressformError):
    status = HTTPStatus.CONFLICT
    slug = "too-many-consents"
    title = "You agreed and withdrew too often"
    detail = "A consent has at most 1000 acts, the last of them a withdrawal. Nothing was changed."


class LinkInvalid(DressformError):
    status = HTTPStatus.GONE
    slug = "link-invalid"
    title = "The link no longer works"
    detail = "It was used already, replaced by a newer one, or is too old. Ask for a new one."


class RequestTimeout(DressformError):
    status = HTTPStatus.REQUEST_TIMEOUT
    slug = "request-timeout"
    title = "The request did not arrive in time"
    detail = "Send the headers within 20 seconds, and the body without pauses."


class TooLarge(DressformError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    slug = "too-large"
    title = "The request is too large"
    detail = "Send less: 256 KiB at most; a file of measurements 1 MiB; a picture, sent as `image/…`, 10 MB."


class UnsupportedPicture(DressformError):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    slug = "unsupported-picture"
    title = "The picture cannot be used"
    detail = "Send a PNG, JPEG, WebP or AVIF of at most 10 MB and 40 megapixels."


class RangeNotSatisfiable(DressformError):
    """The requested range begins after the end of a file of `size` bytes."""

    status = HTTPStatus(416)  # Its name became another in Python 3.13.
    slug = "range-not-satisfiable"
    title = "The file ends before the bytes that you asked for"
    detail = "Content-Range says how long it is: ask for bytes before its end, or for all of it."

    def __init__(self, size: int = 0) -> None:
        super().__init__()
        self.size = size


class InvalidInput(DressformError):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "invalid-input"
    title = "Some of the input does not fit"
    detail = "Each entry of `errors` names a field and says what was expected."

    def __init__(self, *errors: FieldError) -> None:
        super().__init__()
        self.errors = errors

    def as_problem(self, request_id: object) -> dict[str, Any]:
        fields = [asdict(error) for error in self.errors]
        return super().as_problem(request_id) | {"errors": fields}


class WeakPassword(InvalidInput):
    slug = "weak-password"
    title = "The password is too easy to guess"
    detail = "Choose a longer phrase of several unrelated words."


class SearchTooBroad(InvalidInput):
    slug = "search-too-broad"
    title = "The search is too broad"
    detail = "Narrow the time with `since` and `until`."


class RateLimited(DressformError):
    status = HTTPStatus.TOO_MANY_REQUESTS
    slug = "rate-limited"
    title = "Too many attempts"
    detail = "Wait as long as Retry-After says, then try again."


class HeadersTooLarge(DressformError):
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    slug = "headers-too-large"
    title = "The request line and headers are too large"
    detail = "Send 64 KiB of them at most."


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
