"""Handling of SIGTERM and SIGINT."""

import os
import signal
import sys
import threading

_SIGNALS: dict[type[BaseException], signal.Signals] = {
    SystemExit: signal.SIGTERM,
    KeyboardInterrupt: signal.SIGINT,
}


def raise_system_exit_on_sigterm() -> None:
    """Raise SystemExit at SIGTERM, so that `finally` and context managers stop child processes."""
    signal.signal(signal.SIGTERM, _raise_system_exit)
    # Shells start background jobs with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.unraisablehook = _resend_lost_signal


def exit_zero_on_sigterm() -> None:
    """Exit with code 0 at SIGTERM, for commands that run until they are stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def _raise_system_exit(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _resend_lost_signal(lost: "sys.UnraisableHookArgs") -> None:
    """Send the signal again if its exception was raised in a finalizer.

    The interpreter discards exceptions in `__del__` and weakref callbacks, so that the process
    would go on.
    """
    number = _SIGNALS.get(lost.exc_type)
    if number is None:
        sys.__unraisablehook__(lost)
    else:
        again = threading.Timer(0.1, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()
