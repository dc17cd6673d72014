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
    descriptor, max_memory = map(int, sys.argv[1:])
    # Ctrl-C goes to all processes of a terminal; this one ends with its parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_when_parent_dies()
    lower_priority(_NICENESS)
    resource.setrlimit(resource.RLIMIT_DATA, (max_memory, max_memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _compute_calls(Connection(descriptor))


def _compute_calls(connection: Connection) -> None:
    while True:
        try:
            call, args = connection.recv()
        except EOFError:
            return
        try:
            outcome = True, call(*args)
        except Exception as error:  # noqa: BLE001 - the parent raises it
            outcome = False, error
        connection.send(outcome)


if __name__ == "__main__":
    main()
