"""Whoever is told to end does, whatever it is about just then."""

import signal
import subprocess
import sys

import pytest

TOLD_WHILE_THROWING_AWAY = """
import os, sys, time, weakref
from dressform.system.signals import raise_system_exit_on_sigterm

class Thing: pass

def tell(_):
    os.kill(os.getpid(), int(sys.argv[1]))
    for _ in range(100_000): pass

raise_system_exit_on_sigterm()
thing = Thing()
watched = weakref.ref(thing, tell)
del thing
time.sleep(20)
print("stayed")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_is_told_while_an_object_is_thrown_away_ends(number: signal.Signals) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TOLD_WHILE_THROWING_AWAY, str(int(number))],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert "stayed" not in done.stdout
    assert done.returncode == (143 if number == signal.SIGTERM else -signal.SIGINT)


def test_other_errors_that_get_lost_are_told() -> None:
    script = TOLD_WHILE_THROWING_AWAY.replace("os.kill(os.getpid(), int(sys.argv[1]))", "1 / 0")
    done = subprocess.run(
        [sys.executable, "-c", script.replace("sleep(20)", "sleep(0)")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert "ZeroDivisionError" in done.stderr
