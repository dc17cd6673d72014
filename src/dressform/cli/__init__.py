"""The commands, each group of them a file."""
