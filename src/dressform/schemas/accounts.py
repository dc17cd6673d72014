from typing import Annotated

from pydantic import Field

from dressform.schemas.fields import (
    Email,
    Language,
    NewPassword,
    Password,
    Strict,
    Token,
    Username,
)


class Registration(Strict):
    email: Email
    username: Username
    password: NewPassword
    language: Annotated[Language, Field(description="Of the mails you get.")] = "en"


class TokenOnly(Strict):
    """A token from a mailed link."""

    token: Token


class EmailOnly(Strict):
    email: Email


class PasswordReset(Strict):
    token: Token
    new_password: NewPassword


class PasswordChange(Strict):
    current_password: Password
    new_password: NewPassword


class EmailChange(Strict):
    password: Password
    new_email: Email


class PasswordOnly(Strict):
    """That it is really you who asks."""

    password: Password
