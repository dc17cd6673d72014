"""An evaluator for formulas in measurement files: numbers, names, + - * / and brackets.

It interprets the tokens itself and never calls eval. Any other syntax raises FormulaError.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

_MAX_CHARACTERS = 200
_MAX_DEPTH = 20
# Repeated multiplication makes fractions grow without bound; no measurement needs more bits.
_MAX_BITS = 512
_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|(@?[^\W\d]\w*)|([-+*/()]))")


def is_short(value: Fraction) -> bool:
    """Return whether the fraction is small enough for further arithmetic."""
    return value.numerator.bit_length() + value.denominator.bit_length() <= _MAX_BITS


class FormulaError(ValueError):
    """A text that is no supported formula, or one that uses an unknown name."""


def evaluate(text: str, known: Mapping[str, Fraction]) -> Fraction:
    """Return the value of a formula. Raises FormulaError."""
    return _Formula(_tokenize(text), known).evaluate()


def _tokenize(text: str) -> list[str]:
    if len(text) > _MAX_CHARACTERS:
        raise FormulaError
    plain, at, tokens = text.strip(), 0, []
    while at < len(plain):
        token = _TOKEN.match(plain, at)
        if token is None:
            raise FormulaError
        tokens.append(token[0].strip())
        at = token.end()
    return tokens


class _Formula:
    def __init__(self, tokens: list[str], known: Mapping[str, Fraction]) -> None:
        self._tokens = tokens
        self._known = known
        self._at = 0
        self._depth = 0

    def evaluate(self) -> Fraction:
        value = self._sum()
        if self._peek():
            raise FormulaError
        return value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take_token(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _sum(self) -> Fraction:
        value = self._product()
        while self._peek() in {"+", "-"}:
            value += self._product() if self._take_token() == "+" else -self._product()
        return value

    def _product(self) -> Fraction:
        value = self._factor()
        while self._peek() in {"*", "/"}:
            times, factor = self._take_token() == "*", self._factor()
            if not times and not factor:
                raise FormulaError
            value = value * factor if times else value / factor
            if not is_short(value):
                raise FormulaError
        return value

    def _factor(self) -> Fraction:
        part = self._take_token()
        if part == "(":
            return self._bracket()
        if part in self._known:
            return self._known[part]
        if part[:1].isdigit():
            return Fraction(part)
        raise FormulaError

    def _bracket(self) -> Fraction:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise FormulaError
        value = self._sum()
        self._depth -= 1
        if self._take_token() != ")":
            raise FormulaError
        return value
