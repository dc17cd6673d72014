"""JSON and YAML as one small tree that knows the line of everything in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dressform.sewing.formats.types import UnreadableFileError

_MAX_DEPTH = 30
_MAX_EVENTS = 100_000


@dataclass(frozen=True, slots=True)
class ScalarNode:
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
    def is_null(self) -> bool:
        return self.plain and self.text.lower() in {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class SequenceNode:
    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Its pairs as they stand, a name that stands there twice included."""

    line: int
    pairs: list[tuple[ScalarNode, "Node"]] = field(default_factory=list)


Node = ScalarNode | SequenceNode | MappingNode

NODE_BY_BRACKET = {"{": MappingNode, "[": SequenceNode}


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: { and [ open, an empty one closes, = is a scalar."""

    kind: str
    line: int
    text: str = ""
    plain: bool = False


def build_tree(events: Iterator[Event]) -> list[Node]:
    """What stands at the top: one, or in YAML one of each document. Raises UnreadableFileError."""
    top = SequenceNode(1)
    above: list[SequenceNode | MappingNode] = [top]
    names: list[ScalarNode | None] = [None]
    for count, event in enumerate(events):
        if count > _MAX_EVENTS:
            raise UnreadableFileError(f"more than {_MAX_EVENTS} parts", line=event.line)
        if not event.kind:
            above.pop(), names.pop()
        elif event.kind == "=":
            _attach(above, names, ScalarNode(event.text, event.plain, event.line))
        else:
            opened = NODE_BY_BRACKET[event.kind](event.line)
            _attach(above, names, opened)
            above.append(opened)
            names.append(None)
        if len(above) > _MAX_DEPTH:
            raise UnreadableFileError(f"nested more than {_MAX_DEPTH} deep", line=event.line)
    return top.items


def _attach(
    above: list[SequenceNode | MappingNode], names: list[ScalarNode | None], node: Node
) -> None:
    """Into what is open: as an item, as a name, or as the value of the name before."""
    inside = above[-1]
    if isinstance(inside, SequenceNode):
        inside.items.append(node)
        return
    name = names[-1]
    if name is not None:
        inside.pairs.append((name, node))
        names[-1] = None
    elif isinstance(node, ScalarNode):
        names[-1] = node
    else:
        raise UnreadableFileError("a name is expected here", line=node.line)
