"""The keys of PostgreSQL's advisory locks. They are here together so that no two are the same.

A pair of 32-bit numbers and one 64-bit number are keys of different kinds, which never collide.
"""

_NAMESPACE = 0x44F0

ACCESS_LOG_PARTITIONS = (_NAMESPACE, 1)
"""Held by the one transaction that creates, detaches or drops partitions of the access log."""

SERVICE_SECRETS = (_NAMESPACE, 2)
"""Held while the secrets of the service are read or, at the first start, created."""

MIGRATIONS = _NAMESPACE << 16 | 3
"""Held by the one process that migrates the schema. One 64-bit number."""
