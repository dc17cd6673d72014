"""Errors of access: not signed in, or not allowed."""

from http import HTTPStatus

from dressform.errors.base import DressformError


class Unauthenticated(DressformError):
    status = HTTPStatus.UNAUTHORIZED
    slug = "unauthenticated"
    title = "You are not signed in"
    detail = "Send a valid access token as `Authorization: Bearer …`; refresh it or sign in again."


class WrongCredentials(DressformError):
    status = HTTPStatus.UNAUTHORIZED
    slug = "wrong-credentials"
    title = "Signing in failed"
    detail = "The login and password do not match, or the e-mail address is not yet confirmed."


class WrongCode(DressformError):
    status = HTTPStatus.UNAUTHORIZED
    slug = "wrong-code"
    title = "The code does not sign you in"
    detail = (
        "It may be mistyped, used, older than 10 minutes, tried too often, or asked for on another "
        "device. Follow the link in the mail, or ask for a new mail."
    )


class WrongPassword(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "wrong-password"
    title = "The password is wrong"
    detail = "Type the present password of your account."


class RefreshTokenRefused(DressformError):
    status = HTTPStatus.UNAUTHORIZED
    slug = "refresh-token-refused"
    title = "The refresh token is not accepted"
    detail = "It is unknown, already used or expired. Use the newest one, or sign in again."


class AccountRestricted(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "account-restricted"
    title = "Your account is restricted"
    detail = (
        "Its data can be read, corrected and deleted, but not used. Lift the restriction first."
    )


class NotAnOperator(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "not-an-operator"
    title = "This is for operators only"
    detail = "An administrator appoints operators with `dressform operators add`."


class SignatureRefused(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "signature-refused"
    title = "The signature is not accepted"
    detail = "Sign the body as the documentation says, with the secret of the settings and the time of now."


class OriginNotAllowed(DressformError):
    status = HTTPStatus.FORBIDDEN
    slug = "origin-not-allowed"
    title = "The request came from another site"
    detail = "The refresh cookie is accepted only from the pages of this site."
