"""Work that takes processor time: in threads, or in child processes, with bounded queues."""
