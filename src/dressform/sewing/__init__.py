"""What a model means to a sewer."""
