"""The program of a child process: it computes the calls that it receives."""

import resource
import signal
import sys
from multiprocessing.connection import Connection

from dressform.system.parent_watchdog import exit_when_parent_dies
from dressform.system.priority import lower_priority

_NICENESS = 5
"""The server answers other requests meanwhile, and comes first."""


def main() -> None:
    descriptor, max_memory, max_cpu_seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    # Ctrl-C goes to all processes of a terminal; this one ends with its parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_when_parent_dies()
    lower_priority(_NICENESS)
    resource.setrlimit(resource.RLIMIT_DATA, (max_memory, max_memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _compute_calls(Connection(descriptor), max_cpu_seconds)


def _compute_calls(connection: Connection, max_cpu_seconds: float) -> None:
    while True:
        try:
            call, args = connection.recv()
        except EOFError:
            return
        # SIGPROF ends this process, also in the middle of a function of a library.
        signal.setitimer(signal.ITIMER_PROF, max_cpu_seconds)
        try:
            outcome = True, call(*args)
        except Exception as error:  # noqa: BLE001 - the parent raises it
            outcome = False, error
        signal.setitimer(signal.ITIMER_PROF, 0)
        connection.send(outcome)


if __name__ == "__main__":
    main()
