"""Small ASGI pieces that know nothing of the service: responses, headers, limits."""
