"""The sewing domain: body measurements, their units, checks, files and silhouettes."""
