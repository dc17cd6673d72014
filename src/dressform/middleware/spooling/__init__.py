"""Between an answer and the access log's table: lines in files, shipped exactly once."""
