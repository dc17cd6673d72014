from typing import Annotated

from pydantic import Field

from dressform.crypto.device_tokens import TOKEN_LENGTH, TOKEN_PATTERN

DeviceTokenText = Annotated[
    str,
    Field(
        pattern=TOKEN_PATTERN,
        min_length=TOKEN_LENGTH,
        max_length=TOKEN_LENGTH,
        description="The token of this device from an earlier login, if it is not in the cookie: with it, "
        "failed logins from elsewhere do not hold this one up.",
        examples=["W6HYn0bCQnWBXQZrJ6hF316CAAAAAZt0yYd1xQmR5nTq8mB2uG7cV9wL4kXsJ6hF3aP"],
    ),
]
