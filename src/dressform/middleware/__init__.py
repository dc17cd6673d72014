"""What surrounds every request: its line in the access log, headers, and the size of its body."""
