from typing import Annotated

from pydantic import Field

from dressform.api.schemas.base import RequestModel
from dressform.api.schemas.device_token import DeviceTokenText
from dressform.api.schemas.fields import Email, Language, NewPassword, Password, Token, Username
from dressform.api.schemas.sessions import SessionWanted


class Registration(RequestModel):
    """A registration."""

    email: Email
    username: Username
    password: NewPassword
    language: Annotated[
        Language, Field(description="The language of the mails that you receive.")
    ] = "en"


class RegistrationConfirm(SessionWanted):
    """The token of a mailed link, and the password that was typed to register."""

    token: Token
    password: Annotated[Password, Field(description="The password with which you registered.")]
    username: Annotated[
        Username | None,
        Field(
            description="Another username, when a member has the one that you chose.",
        ),
    ] = None


class TokenOnly(RequestModel):
    """The token of a mailed link."""

    token: Token


class EmailOnly(RequestModel):
    """The address to which a mail is sent, if there is a reason to send one."""

    email: Email


class MailRequest(EmailOnly):
    """The address to which a mail is sent, and the token of a device that is known."""

    device_token: DeviceTokenText | None = None


class PasswordReset(RequestModel):
    """The token of a mailed link, and the new password."""

    token: Token
    new_password: NewPassword


class PasswordChange(RequestModel):
    """The current and the new password."""

    current_password: Password
    new_password: NewPassword


class EmailConfirm(RequestModel):
    """The token of the link that was mailed to a new address, and the password of the account."""

    token: Token
    password: Password


class EmailChange(RequestModel):
    """The current password and the new address."""

    password: Password
    new_email: Email


class PasswordOnly(RequestModel):
    """The current password, as a confirmation."""

    password: Password
