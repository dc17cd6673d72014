from typing import Annotated

from pydantic import Field

from dressform.api.schemas.fields import (
    Email,
    Language,
    NewPassword,
    Password,
    RequestModel,
    Token,
    Username,
)


class Registration(RequestModel):
    """Who wants an account."""

    email: Email
    username: Username
    password: NewPassword
    language: Annotated[Language, Field(description="Of the mails you get.")] = "en"


class TokenOnly(RequestModel):
    """A token from a mailed link."""

    token: Token


class EmailOnly(RequestModel):
    """Where the mail goes, if there is a reason to send one."""

    email: Email


class PasswordReset(RequestModel):
    """The token from the mailed link, and the password from now on."""

    token: Token
    new_password: NewPassword


class PasswordChange(RequestModel):
    """The password so far, and the one from now on."""

    current_password: Password
    new_password: NewPassword


class EmailChange(RequestModel):
    """The address from now on, and the password: whoever has the address has the account."""

    password: Password
    new_email: Email


class PasswordOnly(RequestModel):
    """That it is really you who asks."""

    password: Password
