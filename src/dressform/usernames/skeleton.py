"""Usernames that look alike have one skeleton (UTS 39, section 4), and count as one name.

Usernames are ASCII letters and digits with dots, hyphens and underscores, so four lines of Unicode's
confusables.txt (version 15.0) concern them: 0 → O, 1 → l, I → l, m → rn. Usernames are not
case-sensitive, so i counts as I. Two rules are ours: vv is read as w, and . - _ are ignored.
cl and d are not taken for one: confusables.txt does not, and `clara` and `dara` are two names.
"""

import unicodedata

_REPLACEMENTS = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "m": "rn", "w": "vv", ".": "", "-": "", "_": ""}
)


def compute_skeleton(username: str) -> str:
    """Return the skeleton of a username: equal for names that look alike."""
    folded = unicodedata.normalize("NFKC", username).casefold()
    return folded.translate(_REPLACEMENTS)
