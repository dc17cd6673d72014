"""The schemas of requests, which are strict, and of responses, which are complete."""
