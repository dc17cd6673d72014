"""The limits of request bodies by path."""

import re

from dressform.images import MAX_BYTES

PICTURE_LIMIT = MAX_BYTES
JSON_LIMIT = 256 * 1024
IMPORT_LIMIT = 32 * 1024 * 1024
FORM_BYTES = 16 * 1024
"""The bytes that a form may have around its file."""
BODY_LIMITS = (
    (re.compile(r"/v1/profiles/me/picture|/v1/models/[^/]+/avatar"), PICTURE_LIMIT + FORM_BYTES),
    # A file of measurements has 1 MiB without the pictures of an account export.
    (re.compile(r"/v1/models/import"), IMPORT_LIMIT + FORM_BYTES),
    (re.compile(r"/v1/mail/bounces"), 1024 * 1024),
)
"""The limits of request bodies in bytes. These endpoints read a body after authentication, or after a look
at its signature."""
