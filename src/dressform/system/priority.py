"""The CPU priority of a process."""

import os


def lower_priority(niceness: int) -> None:
    """Run this process with at least this niceness, for as long as it lives.

    Processes that it starts afterwards inherit it, so a PostgreSQL is started before.
    """
    os.nice(max(0, niceness - os.nice(0)))
