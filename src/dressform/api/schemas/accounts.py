from typing import Annotated

from pydantic import Field

from dressform.api.schemas.fields import (
    Email,
    Language,
    NewPassword,
    Password,
    Strict,
    Token,
    Username,
)


class Registration(Strict):
    """Who wants an account."""

    email: Email
    username: Username
    password: NewPassword
    language: Annotated[Language, Field(description="Of the mails you get.")] = "en"


class TokenOnly(Strict):
    """A token from a mailed link."""

    token: Token


class EmailOnly(Strict):
    """Where the mail goes, if there is a reason to send one."""

    email: Email


class PasswordReset(Strict):
    """The token from the mailed link, and the password from now on."""

    token: Token
    new_password: NewPassword


class PasswordChange(Strict):
    """The password so far, and the one from now on."""

    current_password: Password
    new_password: NewPassword


class EmailChange(Strict):
    """The address from now on, and the password: whoever has the address has the account."""

    password: Password
    new_email: Email


class PasswordOnly(Strict):
    """That it is really you who asks."""

    password: Password
