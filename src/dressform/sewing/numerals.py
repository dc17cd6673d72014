"""Rewriting of digits, separators and marks of all scripts to ASCII.

The decimal and grouping marks are those of CLDR for the scripts whose digits Unicode knows: the
Arabic ones (U+066B, U+066C), and the point and comma with their wide forms. The ideographic full
stop is what Japanese keyboards write for a point.
"""

import re
import unicodedata

# Marks for feet, inches and degrees, and the hyphens that stand between numbers.
_MARKS = str.maketrans("′’‘ʹ´″”“„ʺ˝º⁄∕،‐‑–。｡≅≃~∼", '\'\'\'\'\'""""""°//,---..≈≈≈≈')
_COMPATIBLE = ("<wide>", "<narrow>", "<square>", "<fraction>")
_SPACED_GROUPS = re.compile(r"(?<![\d.,/])\d{1,3}(?: \d{3})+(?![\d/])")
# This mark is never one of thousands: a zero behind three digits says so to the parser.
_ARABIC_DECIMALS = re.compile(r"\u066b(\d{3}(?!\d))?")
_ARABIC_GROUPS = re.compile(r"(?<=\d)\u066c(?=\d{3}(?!\d))")
# A mark of thousands beside another one of decimals, or repeated: 1.105,5 and 1,105,000.
_GROUPS_AND_DECIMALS = re.compile(
    r"(?<![\d.,/])(\d{1,3})((?:\.\d{3})+)(?:(,)(\d+))(?![\d.,/])"
    r"|(?<![\d.,/])(\d{1,3})((?:,\d{3})+)(?:(\.)(\d+))(?![\d.,/])"
)
_HYPHEN_AFTER_FEET = re.compile(r"('|\bft\.?|\bfoot|\bfeet|\bpi|\bpieds?) *- *(?=\d)")


def normalise_numerals(text: str) -> str:
    """Return the text in lower case, with ASCII digits and without marks of thousands.

    A single mark that may be one of thousands or of decimals stays: `1.105`.
    """
    composed = unicodedata.normalize("NFC", text).translate(_MARKS)
    plain = "".join(map(_normalise_character, composed)).strip().lower()
    plain = _ARABIC_GROUPS.sub("", plain)
    plain = _ARABIC_DECIMALS.sub(lambda found: f".{found[1]}0" if found[1] else ".", plain)
    plain = _SPACED_GROUPS.sub(lambda found: found[0].replace(" ", ""), plain)
    plain = _GROUPS_AND_DECIMALS.sub(_join_groups, plain)
    return _HYPHEN_AFTER_FEET.sub(r"\1 ", plain)


def _normalise_character(character: str) -> str:
    if character.isascii():
        return " " if character.isspace() else character
    if character.isspace():
        return " "
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    kind = unicodedata.decomposition(character).partition(" ")[0]
    if kind not in _COMPATIBLE:
        return character
    space = " " if kind == "<fraction>" else ""
    return space + unicodedata.normalize("NFKC", character).replace("⁄", "/")


def _join_groups(found: re.Match[str]) -> str:
    whole, groups, mark, decimals = found.groups()[:4] if found[1] else found.groups()[4:]
    return whole + re.sub(r"[.,]", "", groups) + mark + decimals
