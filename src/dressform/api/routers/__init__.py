"""The API: each endpoint asks, acts and answers. HTTP is known here and in the middleware only."""
