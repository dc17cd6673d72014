"""Texts that people see: characters that are invisible or turn the direction of a line are removed.

They are removed rather than refused, since they come along with pasted text. What remains of them
is what scripts and emoji need: a joiner between two letters of such a script or between two emoji, a
variation selector behind the character that it varies, the tags of a flag.
"""

import re
import unicodedata

from pydantic_core import PydanticCustomError

_JOINERS = frozenset("\u200c\u200d")
# Signs that are shown before a number, although their category is that of invisible ones.
_VISIBLE_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# Default_Ignorable_Code_Point of Unicode 15 without the category Cf and variation selectors, and
# the empty Braille pattern.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180f\u2065\u2800\u3164\uffa0")
_VARIATION_SELECTORS = re.compile("[\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_TAGS = re.compile("[\U000e0020-\U000e007f]")
_RESERVED = re.compile("[\ufff0-\ufff8\U000e0000-\U000e0fff]")
_BLACK_FLAG = "\U0001f3f4"
_KEYCAP_BASES = frozenset("0123456789#*")

# What the functions below refuse, in the words of JSON Schema.
_NOT_SHOWN = (
    r"\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E"
    r"\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB"
)
_CONTROLS = r"\x00-\x1F\x7F-\x9F\u2028\u2029"
_TEXT_CONTROLS = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F"
TEXT_PATTERN = rf"^[^{_TEXT_CONTROLS}]*$"
SHOWN_TEXT_PATTERN = rf"^[^{_TEXT_CONTROLS}]*[^\s{_TEXT_CONTROLS}{_NOT_SHOWN}][^{_TEXT_CONTROLS}]*$"
LINE_PATTERN = rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}{_NOT_SHOWN}][^{_CONTROLS}]*$"


def refuse_controls(value: str) -> str:
    for character in value:
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in "\t\n\r"):
            raise PydanticCustomError("control", "must not contain control characters")
    return value


def normalize_line(value: str) -> str:
    """Return one line without invisible characters, and without white space at its ends."""
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise PydanticCustomError("line", "must be one line without control characters")
    return _refuse_blank(remove_invisible(value).strip())


def normalize_text(value: str) -> str:
    """Return a text of several lines without invisible characters."""
    shown = remove_invisible(refuse_controls(value))
    _refuse_blank(shown.strip())
    return shown


def remove_invisible(value: str) -> str:
    """Return a text without characters that are not shown, or that change how others are shown."""
    if value.isascii():
        return value
    kept: list[str] = []
    for character, following in zip(value, [*value[1:], ""], strict=True):
        if _is_shown(character, kept, following):
            kept.append(character)
    return "".join(kept)


def _refuse_blank(value: str) -> str:
    if not value:
        raise PydanticCustomError("blank", "must not be blank")
    return value


def _is_shown(character: str, before: list[str], following: str) -> bool:
    previous = before[-1] if before else ""
    if character in _JOINERS:
        return _joins(character, before, following)
    if _VARIATION_SELECTORS.match(character):
        return _can_vary(previous)
    if _TAGS.match(character):
        return previous == _BLACK_FLAG or bool(_TAGS.match(previous))
    if character in _BLANKS or _RESERVED.match(character):
        return False
    return unicodedata.category(character) != "Cf" or character in _VISIBLE_FORMATS


def _joins(joiner: str, before: list[str], following: str) -> bool:
    """Return whether a joiner stands between two letters of a script that has joiners, or two emoji."""
    shown = [one for one in before if not _VARIATION_SELECTORS.match(one)]
    previous = shown[-1] if shown else ""
    if _is_joined_letter(previous) and _is_joined_letter(following):
        return True
    is_emoji = joiner == "\u200d" and _is_symbol(previous)
    return is_emoji and _is_symbol(following)


def _is_joined_letter(character: str) -> bool:
    # Letters without case, and the vowel signs and viramas on them: Arabic, the scripts of India.
    return bool(character) and unicodedata.category(character) in {"Lo", "Mn", "Mc"}


def _is_symbol(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in {"So", "Sk", "Sm"}


def _can_vary(character: str) -> bool:
    if character in _KEYCAP_BASES:
        return True
    return _is_symbol(character) or (bool(character) and unicodedata.category(character) == "Lo")
