"""An evaluator for formulas in measurement files, with the syntax of both programs.

Operators, from the weakest: ?: (right), ||, &&, comparisons, + -, * / and a leading minus, ^ (right).
So -2^2 is -4. It interprets the tokens itself and never calls eval. Any other syntax raises
FormulaError.
"""

import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from dressform.sewing.formats.formula_functions import (
    CONSTANTS,
    FUNCTIONS,
    call_function,
    raise_to_power,
)

_MAX_CHARACTERS = 200
_MAX_DEPTH = 20
# Repeated multiplication makes fractions grow without bound; no measurement needs more bits.
_MAX_BITS = 512
_TOKEN = re.compile(
    r"\s*(?:([0-9]+(?:\.[0-9]*)?|\.[0-9]+)|([@_]?[^\W\d]\w*)|(&&|\|\||[<>=!]=|[-+*/^()<>?:;,]))"
)

_Operator = Callable[[Fraction, Fraction], Fraction]


def is_short(value: Fraction) -> bool:
    """Return whether the fraction is small enough for further arithmetic."""
    return value.numerator.bit_length() + value.denominator.bit_length() <= _MAX_BITS


class FormulaError(ValueError):
    """A text that is no supported formula, or one that uses an unknown name."""


def evaluate(text: str, known: Mapping[str, Fraction]) -> Fraction:
    """Return the value of a formula. Raises FormulaError."""
    try:
        return _Formula(_tokenize(text), known).evaluate()
    except (ArithmeticError, ValueError, TypeError):
        raise FormulaError from None


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


def _compare(comparison: Callable[[Fraction, Fraction], bool]) -> _Operator:
    return lambda left, right: Fraction(comparison(left, right))


_LEVELS: tuple[Mapping[str, _Operator], ...] = (
    {"||": lambda left, right: Fraction(bool(left or right))},
    {"&&": lambda left, right: Fraction(bool(left and right))},
    {
        "<": _compare(operator.lt),
        ">": _compare(operator.gt),
        "<=": _compare(operator.le),
        ">=": _compare(operator.ge),
        "==": _compare(operator.eq),
        "!=": _compare(operator.ne),
    },
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
)
"""The binary operators that bind to the left, from the weakest to the strongest."""


class _Formula:
    def __init__(self, tokens: list[str], known: Mapping[str, Fraction]) -> None:
        self._tokens = tokens
        self._known = known
        self._at = 0
        self._depth = 0

    def evaluate(self) -> Fraction:
        value = self._choice()
        if self._peek():
            raise FormulaError
        return value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take_token(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        if self._take_token() != token:
            raise FormulaError

    def _choice(self) -> Fraction:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise FormulaError
        value = self._binary(0)
        if self._peek() == "?":
            self._take_token()
            chosen = self._choice()
            self._expect(":")
            other = self._choice()
            value = chosen if value else other
        self._depth -= 1
        return value

    def _binary(self, level: int) -> Fraction:
        if level == len(_LEVELS):
            return self._unary()
        value = self._binary(level + 1)
        while operate := _LEVELS[level].get(self._peek()):
            self._take_token()
            value = _assert_short(operate(value, self._binary(level + 1)))
        return value

    def _unary(self) -> Fraction:
        is_negative = False
        while self._peek() == "-":
            self._take_token()
            is_negative = not is_negative
        value = self._power()
        return -value if is_negative else value

    def _power(self) -> Fraction:
        base = self._factor()
        if self._peek() != "^":
            return base
        self._take_token()
        return _assert_short(raise_to_power(base, self._unary()))

    def _factor(self) -> Fraction:
        if self._peek() == "(":
            self._take_token()
            value = self._choice()
            self._expect(")")
            return value
        token = self._take_token()
        if token in FUNCTIONS and self._peek() == "(":
            return _assert_short(call_function(token, self._arguments()))
        if token in self._known:
            return self._known[token]
        if token in CONSTANTS:
            return CONSTANTS[token]
        if re.match(r"\.?[0-9]", token):
            return Fraction(token)
        raise FormulaError

    def _arguments(self) -> list[Fraction]:
        self._expect("(")
        values = [self._choice()]
        while self._peek() in {";", ","}:
            self._take_token()
            values.append(self._choice())
        self._expect(")")
        return values


def _assert_short(value: Fraction) -> Fraction:
    if not is_short(value):
        raise FormulaError
    return value
