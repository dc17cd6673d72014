"""The mailbox of an address: several spellings may reach the same one."""

import unicodedata

_IGNORE_DOTS = frozenset({"gmail.com", "googlemail.com"})
"""Providers that ignore dots before the @. They are two names of one provider."""


def mailbox_of(address: str) -> str:
    """Return the address without its +tag, and without dots where the provider ignores them.

    It is for counting alone: mail goes to the address that was given.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _IGNORE_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"
