"""What crosses the wire: what comes in is strict, what goes out is complete."""
