"""The mailbox of an address: several spellings may reach the same one."""

import unicodedata

_IGNORE_DOTS = frozenset({"gmail.com", "googlemail.com"})
"""Providers that ignore dots before the @. They are two names of one provider."""


def is_same_address(one: str, other: str) -> bool:
    """Return whether two addresses have the same account: neither case nor width counts."""
    return _fold(one) == _fold(other)


def mailbox_of(address: str) -> str:
    """Return the address without its +tag, and without dots where the provider ignores them.

    It is for counting alone: mail goes to the address that was given.
    """
    local, _, domain = _fold(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _IGNORE_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def _fold(address: str) -> str:
    return unicodedata.normalize("NFKC", address).casefold()
