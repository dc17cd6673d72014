"""The usernames that no member can choose."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from publicsuffixlist import PublicSuffixList

from dressform.usernames.skeleton import compute_skeleton

SOFTWARE = "dressform"

_MIN_SITE_WORD = 3
_MIN_AFFIX = 5
"""Shorter words of a site begin too many names."""
_SEPARATORS = re.compile(r"[._-]")
_LABELS_AFTER_DOTS = re.compile(r"\.(xn--[a-z0-9-]+|[a-z]{2,})(?=$|[._-])")
_DIGITS_AS_LETTERS = str.maketrans("34578", "eastb")
_IP_ADDRESS = re.compile(r"\d+(\.\d+){3}")

_SPECIAL_DOMAINS = frozenset({"alt", "example", "invalid", "local", "localhost", "onion", "test"})
"""Top-level domains that no registry has: RFC 6761, RFC 6762, RFC 7686 and RFC 9476."""

IS_RESERVED = "is reserved: choose another username"
IS_LINK = "must not look like the name of a website, which mail programs turn into a link: replace the dot"


class ReservedWords(NamedTuple):
    """The skeletons of reserved words; `parts` are refused between separators as well."""

    words: frozenset[str]
    parts: frozenset[str]


def find_objection(username: str, site_words: Iterable[str] = (SOFTWARE,)) -> str | None:
    """Return None for a username that a member may choose, else what is wrong with it."""
    folded = username.casefold()
    if _IP_ADDRESS.fullmatch(folded) or any(
        map(_is_top_level_domain, _LABELS_AFTER_DOTS.findall(folded))
    ):
        return IS_LINK
    site = frozenset(map(compute_skeleton, site_words))
    return IS_RESERVED if _is_reserved(folded, site) else None


def choose_site_words(hosts: Iterable[str]) -> tuple[str, ...]:
    """Return the words that name a site: for `www.sewing.example` they are `sewing` and
    `sewing.example`, beside the software's name. Short labels and general ones are none.
    """
    words: dict[str, None] = {SOFTWARE: None}
    for host in hosts:
        *labels, _ = host.casefold().split(".")
        names = [
            label
            for label in labels
            if len(label) >= _MIN_SITE_WORD
            and compute_skeleton(label) not in _reserved_words().words
            and not label.isdecimal()
        ]
        words |= dict.fromkeys(names)
        if names:
            words[host.casefold()[host.casefold().index(names[0]) :]] = None
    return tuple(words)


def _is_reserved(folded: str, site: frozenset[str]) -> bool:
    listed = _reserved_words()
    # Digits at the end count as an addition (admin2), and digits as letters (adm1n, 4dmin). What is
    # read as the site's is refused more strictly than what is read as another member's.
    spelled = folded.translate(_DIGITS_AS_LETTERS)
    variants = (folded, folded.rstrip("0123456789"), spelled, spelled.replace("cl", "d"))
    names = set(map(compute_skeleton, variants))
    if any(_is_row_of(name, listed.words | site) for name in names):
        return True
    affixes = [word for word in site if len(word) >= _MIN_AFFIX]
    if any(name.startswith(word) or name.endswith(word) for name in names for word in affixes):
        return True
    parts = map(compute_skeleton, _SEPARATORS.split(folded))
    return any(part in listed.parts | site for part in parts)


def _is_row_of(name: str, words: frozenset[str]) -> bool:
    """Return whether a name is one of the words, or several in a row. A name is short."""
    ends = {0}
    for end in range(1, len(name) + 1):
        if any(name[start:end] in words for start in ends):
            ends.add(end)
    return bool(name) and len(name) in ends


@cache
def _reserved_words() -> ReservedWords:
    words, parts = set(), set()
    for line in _read_lines("reserved.txt"):
        word, *mark = line.split()
        words.add(compute_skeleton(word))
        if mark == ["part"]:
            parts.add(compute_skeleton(word))
    return ReservedWords(frozenset(words), frozenset(parts))


def _is_top_level_domain(label: str) -> bool:
    # Mail programs read the ASCII form of any other domain as a link, too.
    return (
        label.startswith("xn--")
        or label in _SPECIAL_DOMAINS
        or _public_suffixes().publicsuffix(label) == label
    )


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)


def _read_lines(name: str) -> list[str]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
