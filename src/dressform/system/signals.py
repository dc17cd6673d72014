"""Being told to end, by SIGTERM or Ctrl-C."""

import os
import signal
import sys
import threading

_SIGNALS: dict[type[BaseException], signal.Signals] = {
    SystemExit: signal.SIGTERM,
    KeyboardInterrupt: signal.SIGINT,
}


def raise_system_exit_on_sigterm() -> None:
    """By an exception, so that what was started meanwhile is stopped on the way out."""
    signal.signal(signal.SIGTERM, _raise_system_exit)
    # Shells start what runs in the background with SIGINT ignored; ours is stopped by it anyhow.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.unraisablehook = _resend_lost_signal


def exit_zero_on_sigterm() -> None:
    """What runs until it is stopped has done what it was asked."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def _raise_system_exit(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _resend_lost_signal(lost: "sys.UnraisableHookArgs") -> None:
    """An exception gets lost while an object is thrown away: whoever was told to leave just then
    would stay, and is told once more, a moment later.
    """
    number = _SIGNALS.get(lost.exc_type)
    if number is None:
        sys.__unraisablehook__(lost)
    else:
        again = threading.Timer(0.1, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()
