"""The header Idempotency-Key of requests that add something (draft-ietf-httpapi-idempotency-key-header)."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request
from python_multipart.multipart import parse_options_header

from dressform.repositories.idempotent_requests import RequestKey

_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7E]+$",
        description="A random text, new for each request, such as a UUID. The same request with the same key "
        "within 24 hours adds nothing more, and is answered with what was added.",
        examples=['"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    ),
]


async def _read_key(request: Request, key: _Key = None) -> RequestKey | None:
    """Return the key, with or without the quotation marks of a structured field."""
    if key is None:
        return None
    sent = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    body = await request.body()
    _, options = parse_options_header(request.headers.get("content-type"))
    if boundary := options.get(b"boundary"):
        # A form has another boundary at each try.
        body = body.replace(boundary, b"")
    digest = hashlib.sha256(sent + body).digest()
    return RequestKey(key.strip('"') or key, digest)


RequestKeyDep = Annotated[RequestKey | None, Depends(_read_key)]
