"""Errors of a request: its form, its address, its size and its values."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from dressform.errors.base import DressformError, FieldError


class MalformedRequest(DressformError):
    status = HTTPStatus.BAD_REQUEST
    slug = "malformed-request"
    title = "The request is malformed"
    detail = "Send a well-formed request; a JSON body must be valid JSON in UTF-8."


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


class RequestTimeout(DressformError):
    status = HTTPStatus.REQUEST_TIMEOUT
    slug = "request-timeout"
    title = "The request did not arrive in time"
    detail = (
        "Send the headers within 20 seconds, and the body within 20 and one more for each 64 KiB."
    )


class PreconditionFailed(DressformError):
    """If-Match names no present version of what the request would change."""

    status = HTTPStatus.PRECONDITION_FAILED
    slug = "precondition-failed"
    title = "It was changed in the meantime"
    detail = (
        "Nothing was changed. Read it again, and send your change with the new ETag in If-Match."
    )


class TooLarge(DressformError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    slug = "too-large"
    title = "The request is too large"
    detail = "Send less: 256 KiB and 5,000 commas and brackets at most; a file of measurements 1 MiB, or 32 MiB with pictures; a picture 10 MiB."


class UnsupportedPicture(DressformError):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    slug = "unsupported-picture"
    title = "The picture cannot be used"
    detail = "Send a PNG, JPEG, WebP, AVIF, HEIC or GIF of at most 10 MB and 40 megapixels."


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


class IdempotencyKeyReused(InvalidInput):
    slug = "idempotency-key-reused"
    title = "The Idempotency-Key came with another request before"
    detail = "Nothing was added. Choose a new key for each new request, and send the same request to repeat it."

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(
            *errors or [FieldError("header/Idempotency-Key", "must be new for a new request")]
        )


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
    detail = "Send at most 100 headers and 100 query parameters, and 16 KiB of them and the path together."
