"""Security events: a line in the log for each, with its kind and without any value of a person.

A kind is written ten times a minute at most, since a stranger can cause some of them as often as they
like. What was left out is counted, and told with the next line of the kind.
"""

import logging
import time
from dataclasses import dataclass
from enum import StrEnum

log = logging.getLogger("dressform.security")

MAX_LINES = 10
WINDOW_SECONDS = 60.0


class SecurityEvent(StrEnum):
    """The kinds of events. Each is explained in `docs/security/logging.md`."""

    UNKNOWN_LOGIN = "login-unknown"
    WRONG_PASSWORD = "login-wrong-password"  # noqa: S105  a kind
    EXPIRED_LOGIN = "login-expired"
    REFUSED_SIGN_IN_MAIL = "login-mail-refused"
    RATE_LIMIT_FULL = "rate-limit-full"
    REPLAYED_REFRESH_TOKEN = "refresh-token-replayed"  # noqa: S105
    UNKNOWN_SIGNING_KEY = "access-token-unknown-key"
    BROKEN_SEAL = "decryption-failed"
    FOREIGN_ORIGIN = "origin-refused"
    FORGED_SIGNATURE = "signature-refused"
    NOT_AN_OPERATOR = "operator-refused"
    FULL_ADDRESSES_READ = "access-log-full-addresses"
    OPERATOR_ADDED = "operator-added"
    OPERATOR_REMOVED = "operator-removed"


@dataclass(slots=True)
class _Window:
    """The lines of one kind in the present minute, and the events that got none since the last."""

    ends_at: float = 0.0
    lines: int = 0
    left_out: int = 0


_windows: dict[SecurityEvent, _Window] = {}


def log_security_event(event: SecurityEvent, detail: str = "") -> None:
    """Write a line for an event. `detail` is a word of the program, never of a request."""
    window = _windows.setdefault(event, _Window())
    now = time.monotonic()
    if now >= window.ends_at:
        window.ends_at, window.lines = now + WINDOW_SECONDS, 0
    if window.lines >= MAX_LINES:
        window.left_out += 1
        return
    message = f"{event}: {detail}" if detail else str(event)
    if window.left_out:
        message += f" (and {window.left_out} more, not written)"
    window.lines, window.left_out = window.lines + 1, 0
    log.warning("%s", message, extra={"event": event.value})


def reset() -> None:
    """Forget what was counted, as at the start of a process."""
    _windows.clear()
