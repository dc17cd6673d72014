"""Upper bounds of text widths, since the reader's font is unknown when a chart is drawn.

The widths are those of DejaVu Sans, in hundredths of the font size. It is the widest common fallback of
`sans-serif`: Arial, Helvetica, Segoe UI and Roboto are narrower.
"""

import re
import unicodedata

_REGULAR = {
    34: "'ijlIJ ,./:;\\|\N{RIGHT SINGLE QUOTATION MARK}·\N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}",
    41: "f-()[]t!r",
    53: '"*_`sz?°\N{EN DASH}',
    61: "cLFkvxyPTYao",
    64: "eESbdghnpqu$0123456789{}",
    70: "KAVBRXZC",
    77: "UHNDG",
    84: "&OQw#+<=>^~\N{MINUS SIGN}",
}
_BOLD = {
    38: "'ijl /IJ\\|,.\N{RIGHT SINGLE QUOTATION MARK}·\N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}",
    46: ":;-f!()[]",
    53: 'tr_`"*°\N{EN DASH}',
    60: "?zcs",
    69: "LvxyakEFTeo",
    73: "$0123456789hnu{}SYbdgpqCPZ",
    81: "BAKRVXU",
    85: "GD#+<=>HN^~OQ\N{MINUS SIGN}",
    92: "&w",
}
_WIDEST = {False: 103, True: 111}


def _by_character(groups: dict[int, str]) -> dict[str, int]:
    return {character: width for width, group in groups.items() for character in group}


_WIDTHS = {False: _by_character(_REGULAR), True: _by_character(_BOLD)}


def measure_text(text: str, size: float, *, bold: bool = False) -> float:
    """Return an upper bound of the text's width, in the unit of the font size `size`.

    Accents do not widen a letter. An unlisted character counts as the widest one.
    """
    letters = (unicodedata.normalize("NFD", character)[0] for character in text)
    widths = _WIDTHS[bold]
    return sum(widths.get(letter, _WIDEST[bold]) for letter in letters) * size / 100


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """Break the text at spaces into lines of at most this width.

    No line begins with `%` or with punctuation that French separates by a space.
    """
    lines = [""]
    for word in re.split(r" (?![%:;»])", text):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and measure_text(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def fit_size(text: str, size: float, width: float, *, bold: bool = False) -> float:
    """Return the largest font size up to `size` with which the text fits the width."""
    return min(size, size * width / measure_text(text, size, bold=bold))
