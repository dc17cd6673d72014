"""The deletion journal: what was deleted, in files outside the database.

A database that is put back from a backup holds again what was deleted since. The journal is how that
is noticed and deleted again. It holds keyed hashes of random ids, and of all times only the day.
"""
