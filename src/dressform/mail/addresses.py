"""E-mail addresses and logins as people type them, in the form in which they are stored."""

import unicodedata
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from email_validator import EmailNotValidError, validate_email

# Copied text brings along marks that have no width, such as U+200B and U+FEFF.
_INVISIBLE = "Cf"


def strip_space(text: str) -> str:
    """Return a text without white space and invisible characters at its ends."""
    start, end = 0, len(text)
    while start < end and _is_space(text[start]):
        start += 1
    while start < end and _is_space(text[end - 1]):
        end -= 1
    return text[start:end]


def normalize_address(text: str) -> str:
    """Return an address with a lower-case ASCII domain. Raise ValueError if it is not an address."""
    try:
        valid = validate_email(
            strip_space(text), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError:
        raise ValueError("not an e-mail address") from None
    return valid.ascii_email or valid.normalized


def normalize_login(text: str) -> str:
    """Return a username without white space at its ends, or a normalized address."""
    login = strip_space(text)
    try:
        return normalize_address(login) if "@" in login else login
    except ValueError:
        return login


def is_writable(address: str) -> bool:
    """Return whether a mail can be sent to an address: a header with it is read back unchanged.

    RFC 2047 takes `=?…?=` for an encoded word, although it is valid before the @. What is not ASCII
    needs SMTPUTF8, which few servers offer.
    """
    if "=?" in address or not address.isascii():
        return False
    message = EmailMessage()
    try:
        message["To"] = str(Address(addr_spec=address))
        (read,) = message["To"].addresses
    except (ValueError, LookupError, AttributeError, MessageError):
        return False
    return bool(read.addr_spec == address and not message["To"].defects)


def _is_space(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == _INVISIBLE
