"""The state that a process shares among its requests."""

from dataclasses import dataclass

from fastapi import Request

from dressform.api.claims import Claims
from dressform.api.rate_limiter import RateLimiter
from dressform.api.request_limiter import MemberLimiter, PublicLimiter
from dressform.api.time_slices import TimeSlices
from dressform.crypto.passwords import PasswordHasher
from dressform.crypto.tokens import AccessTokens
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.executors.process_executor import ProcessExecutor
from dressform.images import ImageProcessor
from dressform.retention_audit.auditor import Auditor
from dressform.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class AppState:
    """The objects that live as long as the application."""

    settings: Settings
    uows: UnitOfWorkFactory
    passwords: PasswordHasher
    tokens: AccessTokens
    images: ImageProcessor
    rate_limiter: RateLimiter
    auditor: Auditor
    time_slices: TimeSlices
    claims: Claims
    member_limiter: MemberLimiter
    public_limiter: PublicLimiter
    file_parser: ProcessExecutor


def get_state(request: Request) -> AppState:
    """Return the state of the application that handles the request."""
    state: AppState = request.app.state.dressform
    return state
