"""One line per request: recorded in a file before the answer ends, copied into the database exactly once."""
