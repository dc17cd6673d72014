"""Helpers around the operating system: files, signals, priorities, the parent process."""
