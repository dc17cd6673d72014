"""How wide a text is at most: a chart cannot ask the reader's machine which font it will use.

The widths are those of DejaVu Sans, in hundredths of the font size. It is the widest of the fonts that
systems fall back to for `sans-serif` (Arial, Helvetica, Segoe UI and Roboto are all narrower).
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
    """Return how wide the text is at most, in the unit of `size`, the font size.

    An accent does not widen its letter. A character that is not listed counts as the widest one.
    """
    letters = (unicodedata.normalize("NFD", character)[0] for character in text)
    widths = _WIDTHS[bold]
    return sum(widths.get(letter, _WIDEST[bold]) for letter in letters) * size / 100


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """Return the text in lines that are at most that wide, broken at spaces.

    No line begins with `%` or, as in French there is a space before it, with a colon.
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
    """Return the font size, or the smaller one at which the text is that wide."""
    return min(size, size * width / measure_text(text, size, bold=bold))
