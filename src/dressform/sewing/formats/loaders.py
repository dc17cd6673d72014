"""Loaders of JSON and YAML that keep line numbers."""

import json
import re
from collections.abc import Iterator

import yaml

from dressform.sewing.formats.nodes import Event, Node, build_tree
from dressform.sewing.formats.types import UnreadableFileError

_TOKEN = re.compile(r'(\n)|("[^"\\]*(?:\\.[^"\\]*)*")|([{\[])|[}\]]|([^\s{}\[\]",:]+)')
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_json_nodes(text: str) -> list[Node]:
    """Parse JSON into nodes. Raises UnreadableFileError."""
    try:
        # Numbers stay text: int() of a million digits would take seconds.
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise UnreadableFileError(f"not valid JSON ({error.msg})", line=error.lineno) from None
    except RecursionError:
        raise UnreadableFileError("nested too deep") from None
    return build_tree(_iter_json_events(text))


def _refuse_constant(text: str) -> None:
    raise UnreadableFileError(f"not valid JSON ({text} is no number)")


def _iter_json_events(text: str) -> Iterator[Event]:
    """Yield the events of valid JSON text."""
    line = 1
    for token in _TOKEN.finditer(text):
        newline, quoted, opening, plain = token.groups()
        if newline:
            line += 1
        elif quoted:
            yield Event("=", line, json.loads(quoted))
        elif plain:
            yield Event("=", line, plain, plain=True)
        else:
            yield Event(opening or "", line)


def load_yaml_nodes(text: str) -> list[Node]:
    """Parse YAML into nodes. Raises UnreadableFileError, also for aliases (a «billion laughs»)."""
    try:
        return build_tree(_iter_yaml_events(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise UnreadableFileError(f"not valid YAML ({error.problem})", line=line) from None
    except (yaml.YAMLError, RecursionError):
        raise UnreadableFileError("not valid YAML: there is a character that is no text") from None


def _iter_yaml_events(text: str) -> Iterator[Event]:
    for event in yaml.parse(text, Loader=_LOADER):
        mark = event.start_mark
        line = 0 if mark is None else mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableFileError("aliases (*name) are not read; write it out", line=line)
        if getattr(event, "tag", None):
            raise UnreadableFileError("types (!name) are not read; leave them out", line=line)
        if isinstance(event, yaml.ScalarEvent):
            yield Event("=", line, event.value, plain=not event.style)
        elif isinstance(event, yaml.MappingStartEvent):
            yield Event("{", line)
        elif isinstance(event, yaml.SequenceStartEvent):
            yield Event("[", line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            yield Event("", line)
