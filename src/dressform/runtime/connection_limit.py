"""The number of connections that a process accepts."""

import resource
from functools import cache

_RESERVED_FDS = 100
"""File descriptors for the database, the spool and other files."""
PROBE_CONNECTIONS = 32
"""The connections that are left for probes when all others are in use."""

MAX_PIPELINED = 16
"""The requests of a connection that may wait for the response to an earlier one."""


@cache
def max_connections() -> int:
    """Return the number of connections that the limit of open files allows."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(files - _RESERVED_FDS, _RESERVED_FDS)
