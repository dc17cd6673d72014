"""The SQLSTATE codes that this service tells apart (PostgreSQL's documentation, appendix A)."""

READ_ONLY_SQL_TRANSACTION = "25006"
"""A standby refuses a write, or a primary that has become one."""

IN_FAILED_SQL_TRANSACTION = "25P02"
"""A statement of the transaction has failed before."""

UNIQUE_VIOLATION = "23505"
UNDEFINED_COLUMN = "42703"
UNDEFINED_TABLE = "42P01"
LOCK_NOT_AVAILABLE = "55P03"

DATA_EXCEPTION_CLASS = "22"
"""The first two characters of every code for a value that its column can't hold."""

TRANSIENT = ("08", "40", "53", "57", READ_ONLY_SQL_TRANSACTION)
"""The beginnings of codes after which the same request may be repeated.

Connection exceptions, transaction rollbacks (deadlocks), insufficient resources, operator
intervention, and a server that takes no writes.
"""
