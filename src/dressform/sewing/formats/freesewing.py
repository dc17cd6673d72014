"""FreeSewing's measurements, as JSON and as YAML: one set, or an account's export with many.

Whatever holds `measurements` or, since version 3, `measies` is a set; names of older versions are
mapped where there is something to map them to. Its millimetres are ours.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from dressform.sewing.formats.found import (
    Entry,
    Found,
    FoundBody,
    NotReadableError,
    freesewing_name,
)
from dressform.sewing.formats.numbers import number, plain
from dressform.sewing.formats.tape import tidy

_SETS = ("measies", "measurements")
_DEEPEST = 12
_KINDS = {
    "name": "name",
    "username": "name",
    "handle": "name",
    "birthdate": "birth date",
    "birthday": "birth date",
    "gender": "gender",
    "email": "e-mail",
    "initial": "e-mail",
    "notes": "notes",
    "bio": "notes",
    "img": "picture",
    "picture": "picture",
}


def as_json(measurements: Mapping[str, float], *, breasts: bool) -> bytes:
    content = {"breasts": breasts, "units": "metric", "measurements": dict(measurements)}
    return json.dumps(content, indent=2).encode() + b"\n"


def as_yaml(measurements: Mapping[str, float], *, breasts: bool) -> bytes:
    lines = [f"breasts: {str(breasts).lower()}", "units: metric", "measurements:"]
    lines += [f"  {name}: {plain(value)}" for name, value in measurements.items()]
    if not measurements:
        lines[-1] += " {}"
    return "\n".join(lines).encode() + b"\n"


def read_json(text: str) -> Found:
    """Raises NotReadableError."""
    try:
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise NotReadableError(f"line {error.lineno}: not valid JSON ({error.msg})") from None
    except RecursionError:
        raise NotReadableError("JSON nested deeper than any list of measurements") from None
    return _found(content)


class _Plain(yaml.BaseLoader):
    """Every value as the text that it is, and nothing by reference."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
            raise NotReadableError(f"line {line}: YAML with references is not read")
        return super().compose_node(parent, index)


def read_yaml(text: str) -> Found:
    """Raises NotReadableError."""
    try:
        content = yaml.load(text, _Plain)  # noqa: S506  it makes nothing but texts, lists and maps
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise NotReadableError(f"{where}not valid YAML ({error.problem})") from None
    except yaml.YAMLError:
        raise NotReadableError("not valid YAML") from None
    except RecursionError:
        raise NotReadableError("YAML nested deeper than any list of measurements") from None
    except ValueError as error:
        raise NotReadableError(str(error)) from None
    return _found(content)


def _found(content: object) -> Found:
    dropped: set[str] = set()
    bodies = [_body(one) for one in _sets(content, dropped, 0)]
    if not bodies and isinstance(content, dict) and any(map(_is_known, content)):
        bodies = [_of(content, None)]
    if not bodies:
        raise NotReadableError("expected `measurements` or `measies`: nothing of that is in it")
    return Found(bodies, frozenset(dropped))


def _is_known(name: object) -> bool:
    return isinstance(name, str) and freesewing_name(name)[0] is not None


def _sets(content: object, dropped: set[str], depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(content, list):
        for inner in content:
            yield from _sets(inner, dropped, depth + 1)
    elif isinstance(content, dict):
        dropped |= {_KINDS[key] for key, value in content.items() if key in _KINDS and value}
        if any(isinstance(content.get(key), dict) for key in _SETS):
            yield content
            return
        for inner in content.values():
            yield from _sets(inner, dropped, depth + 1)


def _body(one: Mapping[str, Any]) -> FoundBody:
    values = next(one[key] for key in _SETS if isinstance(one.get(key), dict))
    return _of(values, {"true": True, "false": False}.get(str(one.get("breasts")).lower()))


def _of(values: Mapping[str, Any], breasts: bool | None) -> FoundBody:  # noqa: FBT001
    body = FoundBody(breasts)
    for key, value in values.items():
        entry = Entry(None, str(key), value if isinstance(value, str) else "")
        name, reason = freesewing_name(entry.name)
        amount = number(entry.text)
        if name is None:
            body.leave(entry, reason or "unknown")
        elif value is None or value == "":
            body.leave(entry, "empty")
        else:
            body.take(entry, None if amount is None else tidy(amount), name=name, reason=reason)
    return body
