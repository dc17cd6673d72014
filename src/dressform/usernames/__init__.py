"""The names of members: which are reserved, and which look alike."""
