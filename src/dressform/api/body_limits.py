"""The limits of request bodies by path."""

import re

JSON_LIMIT = 256 * 1024
BODY_LIMITS = (
    (re.compile(r"/v1/profiles/me/picture|/v1/models/[^/]+/avatar"), 10 * 1024 * 1024),
    # A file of measurements has 1 MiB without the pictures of an account export.
    (re.compile(r"/v1/models/import"), 32 * 1024 * 1024),
    (re.compile(r"/v1/mail/bounces"), 1024 * 1024),
)
"""The limits of request bodies in bytes. These endpoints read a body after authentication, or after a look
at its signature."""
