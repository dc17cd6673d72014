"""Validators of settings. Each raises ValueError with a message that begins with "must".

No message repeats a value that may hold a password.
"""

import ipaddress
import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import parse_qs, urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAX_NAME_LENGTH = 200
_MAX_BOUNCE_LOCAL_PART = 15
"""64 characters may stand before the @ (RFC 5321): these, a plus sign and the id of a mail."""
MAILBOX_SCHEMES = frozenset({"imap", "imaps", "imap+starttls", "pop3", "pop3s", "pop3+starttls"})
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{32,200}")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")


def validate_http_url(value: str) -> str:
    """Return an http or https URL without a trailing slash."""
    scheme, _, rest = value.partition("://")
    if scheme not in {"http", "https"} or not _is_url(rest, host=True) or set(value) & set("?# "):
        msg = "must be an address like https://dressform.example"
        raise ValueError(msg)
    return value.rstrip("/")


_POSTGRES_OPTIONS = frozenset(
    {
        "host",
        "passfile",
        "port",
        "ssl",
        "sslcert",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
    }
)
"""What may stand in the query of a PostgreSQL URL: the driver would send others to the server."""


def validate_postgres_url(value: str) -> str:
    """Return a PostgreSQL URL with the scheme ``postgresql+asyncpg``."""
    scheme, _, rest = value.partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"} or not _is_url(rest):
        msg = (
            "must be like postgresql://user:password@host:5432/name, with %xx for what is "
            "special in the password"
        )
        raise ValueError(msg)
    unknown = parse_qs(urlsplit(value).query, keep_blank_values=True).keys() - _POSTGRES_OPTIONS
    if unknown:
        msg = f"takes no option {min(unknown)[:30]!r}: only {', '.join(sorted(_POSTGRES_OPTIONS))}"
        raise ValueError(msg)
    return f"postgresql+asyncpg://{rest}"


def validate_smtp_url(value: str) -> str:
    """Return an SMTP URL as it is."""
    scheme, _, rest = value.partition("://")
    if scheme not in {"smtp", "smtps", "smtp+starttls"} or not _is_url(rest, host=True):
        msg = "must be smtp://, smtp+starttls:// or smtps:// with a host"
        raise ValueError(msg)
    return value


def validate_sender(value: str) -> str:
    """Return a sender with an optional display name as it is."""
    if not _is_mailbox(*parseaddr(value)):
        msg = "must be like Our Site <no-reply@sewing.example>"
        raise ValueError(msg)
    return value


def validate_email(value: str) -> str:
    """Return a bare e-mail address as it is."""
    if parseaddr(value)[1] != value or not _is_mailbox("", value):
        msg = "must be an e-mail address like privacy@sewing.example"
        raise ValueError(msg)
    return value


def validate_bounce_address(value: str) -> str:
    """Return an address to which a plus sign and an id of 48 characters can be added."""
    if len(validate_email(value).rpartition("@")[0]) > _MAX_BOUNCE_LOCAL_PART:
        msg = f"must have at most {_MAX_BOUNCE_LOCAL_PART} characters before the @"
        raise ValueError(msg)
    return value


def validate_mailbox_url(value: str) -> str:
    """Return the URL of an IMAP or POP3 mailbox as it is."""
    scheme, _, rest = value.partition("://")
    if scheme not in MAILBOX_SCHEMES or not _is_url(rest, host=True) or "@" not in rest:
        msg = "must be imaps://, imap+starttls:// or pop3s:// with user, password and host"
        raise ValueError(msg)
    return value


def validate_token(value: str) -> str:
    """Return a secret that is long enough not to be guessed, as it is."""
    if not _TOKEN.fullmatch(value):
        msg = "must be 32 to 200 letters, digits and - _ . ~ + / =, such as openssl rand -hex 32"
        raise ValueError(msg)
    return value


def validate_publisher_name(value: str) -> str:
    """Return a publisher's name of one line, stripped of white space around it."""
    if not value.isprintable() or not value.strip() or len(value) > _MAX_NAME_LENGTH:
        msg = "must be a name of one line like Sewing Example, of at most 200 characters"
        raise ValueError(msg)
    return value.strip()


def validate_origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        msg = "must be origins like https://sewing.example, separated by commas; never *"
        raise ValueError(msg)
    return value


def parse_network(value: object) -> Network:
    """Return an IP network from CIDR notation."""
    try:
        return ipaddress.ip_network(str(value))
    except ValueError as error:
        msg = f"must be networks like 10.0.0.0/8, separated by commas: {error}"
        raise ValueError(msg) from None


def _is_mailbox(name: str, address: str) -> bool:
    try:
        Address(name, addr_spec=address)
    except (ValueError, HeaderParseError):
        return False
    return "@" in address


def _is_url(rest: str, *, host: bool = False) -> bool:
    """Return whether the part after ``scheme://`` can be parsed, with a host if that is required."""
    try:
        url = urlsplit(f"//{rest}")
        return url.port != -1 and (bool(url.hostname) or not host)  # `port` raises ValueError.
    except ValueError:
        return False
