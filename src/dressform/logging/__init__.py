"""Logging: the format of lines, and the kinds of security events."""
