"""The state that a process shares among its requests."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from dressform.api.claims import Claims
from dressform.api.request_limiter import MemberLimiter, PublicLimiter
from dressform.api.time_slices import TimeSlices
from dressform.crypto.load_password_rules import load_password_rules
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
    auditor: Auditor
    time_slices: TimeSlices
    claims: Claims
    member_limiter: MemberLimiter
    public_limiter: PublicLimiter
    file_parser: ProcessExecutor


def create_state(
    settings: Settings, uows: UnitOfWorkFactory, tokens: AccessTokens, spools: Path
) -> AppState:
    """Create the state. `spools` is the folder with the files of the access log."""
    return AppState(
        settings=settings,
        uows=uows,
        passwords=PasswordHasher(load_password_rules(settings)),
        tokens=tokens,
        images=ImageProcessor(),
        auditor=Auditor(uows, spools, interval=settings.worker_interval),
        time_slices=TimeSlices(),
        claims=Claims(),
        member_limiter=MemberLimiter(settings.member_requests_per_minute),
        public_limiter=PublicLimiter(settings.public_requests_per_second),
        file_parser=ProcessExecutor(
            "files",
            processes=1,
            max_queued=8,
            max_seconds=15,
            max_cpu_seconds=10,
            max_memory=512 * 1024 * 1024,
        ),
    )


def get_state(request: Request) -> AppState:
    """Return the state of the application that handles the request."""
    state: AppState = request.app.state.dressform
    return state
