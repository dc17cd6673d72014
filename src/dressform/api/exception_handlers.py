"""Exception handlers, which return every error as a problem document (RFC 9457)."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from dressform import errors
from dressform.api.problem_responses import MEDIA_TYPE
from dressform.api.rate_limit_headers import get_headers_of_errors
from dressform.api.schemas.problems import MAX_ERRORS, format_pointer
from dressform.db.errors import ConstraintError
from dressform.errors import DressformError, FieldError, InvalidInput
from dressform.logging.throttled import ThrottledLogger

_BY_STATUS: dict[int, type[DressformError]] = {
    400: errors.MalformedRequest,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    413: errors.TooLarge,
}
_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field: leave it out",
    "json_invalid": "is not valid JSON",
    "string_unicode": "must be text in valid Unicode",
    "string_pattern_mismatch": "is not of the form that this field has: its description names it",
}


_throttled = ThrottledLogger(logging.getLogger(__name__))


def add_exception_handlers(app: FastAPI) -> None:
    """Register the handlers of all errors of the application."""
    app.add_exception_handler(DressformError, handle_app_error)
    app.add_exception_handler(RequestValidationError, handle_validation_error)
    app.add_exception_handler(HTTPException, handle_http_exception)
    app.add_exception_handler(ClientDisconnect, handle_client_disconnect)
    app.add_exception_handler(ConstraintError, handle_integrity_error)
    app.add_exception_handler(Exception, handle_unexpected_error)


def _problem_response(request: Request, error: DressformError, headers: dict[str, str]) -> Response:
    headers |= {**get_headers_of_errors(request), **error.headers}
    if error.retry_after is not None:
        headers |= {"Retry-After": str(error.retry_after)}
    if error.status is HTTPStatus.UNAUTHORIZED:
        headers |= {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errors.RangeNotSatisfiable):
        headers |= {"Content-Range": f"bytes */{error.size}"}
    document = error.as_problem(request.state.request_id)
    return JSONResponse(document, int(error.status), headers, MEDIA_TYPE)


def handle_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DressformError)
    if isinstance(error, errors.AccountRestricted):
        request.state.is_restricted = True  # The access log records less of it.
    if isinstance(error, errors.Unavailable):
        _throttled.warning("a request was answered with 503: %s", error.reason)
    return _problem_response(request, error, {})


def handle_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(entry["type"] == "json_invalid" for entry in found):
        return _problem_response(request, errors.MalformedRequest(), {})
    # A small body can have tens of thousands of unknown names: the response stays small.
    fields = (
        FieldError(format_pointer(entry["loc"]), _error_message(entry))
        for entry in found[:MAX_ERRORS]
    )
    return _problem_response(request, InvalidInput(*fields), {})


def handle_http_exception(request: Request, error: Exception) -> Response:
    """Handle the errors of Starlette: an unknown route or method, or a malformed body."""
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, errors.MalformedRequest)
    headers = dict(error.headers or {})
    if kind is errors.MethodNotAllowed:
        headers["Allow"] = _allowed_methods(request)
    return _problem_response(request, kind(), headers)


def _allowed_methods(request: Request) -> str:
    """Return the methods of all routes of this path; Starlette lists only those of the first."""
    found = {
        method
        for route in iter_route_contexts(request.app.routes)
        if route.path_regex.match(request.scope["path"])
        for method in route.methods or ()
    }
    return ", ".join(sorted(found))


def handle_client_disconnect(request: Request, _: Exception) -> Response:
    """Handle a client that disconnected while its body was read. It does not get the response."""
    return _problem_response(request, errors.MalformedRequest(), {})


def handle_integrity_error(request: Request, error: Exception) -> Response:
    """Handle a foreign key to a row that was deleted while the request ran."""
    assert isinstance(error, ConstraintError)
    constraint = error.constraint or ""
    if constraint.startswith("fk_"):
        of_model = constraint.endswith("_model_id")
        return _problem_response(
            request, errors.NotFound() if of_model else errors.Unauthenticated(), {}
        )
    return _problem_response(request, errors.InternalError(), {})


def handle_unexpected_error(request: Request, _: Exception) -> Response:
    return _problem_response(request, errors.InternalError(), {})


def _error_message(entry: dict[str, Any]) -> str:
    """Return what was expected, never what was sent: `input` and `ctx` are not used."""
    message: str = _MESSAGES.get(entry["type"], entry["msg"])
    return message.removeprefix("Value error, ").removeprefix("Input ")
