"""What Linux is told about a process beside its niceness.

Where it knows nothing of this, or we may not tell it, everything stays as it was.
"""

import ctypes
import os
import platform
import sys
import time
from contextlib import suppress
from pathlib import Path

_CALLS = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
"""The number of sched_setattr(2), for which the C library has no function before glibc 2.41."""
_LONGEST_SLICE = 100_000_000
"""Nanoseconds: more is cut down to it."""


class _Attributes(ctypes.Structure):
    """struct sched_attr, as of its first version."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def lengthen_slice(pid: int = 0) -> bool:
    """Whoever has a shorter slice, as all have who never asked for one, may interrupt it.

    Otherwise somebody who wakes may wait until its end or the next tick, however nice this one is.
    From Linux 6.12 on; an older one says yes and does nothing (see Documentation/scheduler/
    sched-eevdf.rst, and on what a slice is asked with commit 857b158dc5e8).
    """
    number = _CALLS.get(platform.machine())
    if sys.platform != "linux" or sys.maxsize < 2**32 or number is None:
        return False
    with suppress(OSError):
        policy = os.sched_getscheduler(pid)
        if policy in (os.SCHED_OTHER, os.SCHED_BATCH):
            told = _Attributes(
                size=ctypes.sizeof(_Attributes),
                policy=policy,
                nice=os.getpriority(os.PRIO_PROCESS, pid),
                runtime=_LONGEST_SLICE,
            )
            return bool(ctypes.CDLL(None).syscall(number, pid, ctypes.byref(told), 0) == 0)
    return False


def session_niceness() -> int | None:
    """Ours; None where sessions are not told apart (sched(7), "The autogroup feature")."""
    with suppress(OSError, ValueError):
        return int(_session("self").read_text().rpartition(" ")[2])
    return None


def renice_session(pid: int | str, niceness: int) -> None:
    """Of the session that `pid` is in, or our own for "self"."""
    for _ in range(5):
        try:
            _session(pid).write_text(str(niceness))
        except BlockingIOError:
            time.sleep(0.1)  # Of all users but root Linux takes ten of these a second.
        except OSError:
            return
        else:
            return


def _session(pid: int | str) -> Path:
    return Path(f"/proc/{pid}/autogroup")
