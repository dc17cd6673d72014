"""JSON and YAML as one small tree that knows the line of everything in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dressform.sewing.formats.types import UnreadableFileError

_DEEPEST = 30
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """`plain`: not in quotes, so it may be a number, a truth value or nothing."""

    text: str
    plain: bool
    line: int

    @property
    def truth(self) -> bool | None:
        if not self.plain:
            return None
        return {"true": True, "yes": True, "false": False, "no": False}.get(self.text.lower())

    @property
    def is_nothing(self) -> bool:
        return self.plain and self.text.lower() in {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class Listing:
    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Its pairs as they stand, a name that stands there twice included."""

    line: int
    pairs: list[tuple[Scalar, "Node"]] = field(default_factory=list)


Node = Scalar | Listing | Mapping

OPENS = {"{": Mapping, "[": Listing}


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: { and [ open, an empty one closes, = is a scalar."""

    kind: str
    line: int
    text: str = ""
    plain: bool = False


def built(events: Iterator[Event]) -> list[Node]:
    """What stands at the top: one, or in YAML one of each document. Raises UnreadableFileError."""
    top = Listing(1)
    above: list[Listing | Mapping] = [top]
    names: list[Scalar | None] = [None]
    for count, event in enumerate(events):
        if count > _MOST:
            raise UnreadableFileError(f"more than {_MOST} parts", line=event.line)
        if not event.kind:
            above.pop(), names.pop()
        elif event.kind == "=":
            _put(above, names, Scalar(event.text, event.plain, event.line))
        else:
            opened = OPENS[event.kind](event.line)
            _put(above, names, opened)
            above.append(opened)
            names.append(None)
        if len(above) > _DEEPEST:
            raise UnreadableFileError(f"nested more than {_DEEPEST} deep", line=event.line)
    return top.items


def _put(above: list[Listing | Mapping], names: list[Scalar | None], node: Node) -> None:
    """Into what is open: as an item, as a name, or as the value of the name before."""
    inside = above[-1]
    if isinstance(inside, Listing):
        inside.items.append(node)
        return
    name = names[-1]
    if name is not None:
        inside.pairs.append((name, node))
        names[-1] = None
    elif isinstance(node, Scalar):
        names[-1] = node
    else:
        raise UnreadableFileError("a name is expected here", line=node.line)
