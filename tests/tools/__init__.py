"""Programs that write files of the repository, or measure something."""
