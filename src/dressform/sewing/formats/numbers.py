"""Numbers and formulas as files hold them."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

_NUMBER = re.compile(r"[+-]?(\d{1,12}([.,]\d{0,1100})?|[.,]\d{1,1100})([eE][+-]?\d{1,3})?")
_NAME = re.compile(r"[^\W\d]\w*|[@#]\w+")
_LONGEST = 500
_DEEPEST = 20
_SIGNS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def number(text: str) -> Fraction | None:
    """Exactly what stands there, with a decimal point or comma; None if it is no number."""
    plain = text.strip()
    if not _NUMBER.fullmatch(plain):
        return None
    return Fraction(Decimal(plain.replace(",", ".")))


def plain(value: float) -> str:
    """All of its digits, without an exponent."""
    return format(Decimal(repr(value)), "f")


def worked_out(formula: str, entries: Mapping[str, str], depth: int = 0) -> Fraction | None:
    """A formula of + - * / over other entries of the file; None where it can't be worked out."""
    if len(formula) > _LONGEST or depth > _DEEPEST:
        return None
    values: dict[str, Fraction] = {}
    for name in set(_NAME.findall(formula)):
        value = _value(entries.get(name, ""), entries, depth)
        if value is None:
            return None
        values[f"v{len(values)}"] = value
        formula = re.sub(rf"(?<![\w@#]){re.escape(name)}(?!\w)", f" ${len(values) - 1} ", formula)
    try:
        tree = ast.parse(formula.replace("$", "v").strip(), mode="eval")
        return _evaluated(tree.body, values)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None


def _value(text: str, entries: Mapping[str, str], depth: int) -> Fraction | None:
    found = number(text)
    return worked_out(text, entries, depth + 1) if found is None and text.strip() else found


def _evaluated(node: ast.expr, values: Mapping[str, Fraction]) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Fraction(Decimal(repr(value)))
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_evaluated(inner, values)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            return _SIGNS[type(sign)](_evaluated(left, values), _evaluated(right, values))
    raise ValueError
