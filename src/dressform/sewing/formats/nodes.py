"""A common tree for JSON and YAML, with the line of each node."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dressform.sewing.formats.types import UnreadableFileError

_MAX_DEPTH = 30
_MAX_EVENTS = 100_000


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar; `plain` means unquoted, so that it may be a number, a boolean or null."""

    text: str
    plain: bool
    line: int

    @property
    def truth(self) -> bool | None:
        """Return the boolean that it stands for, or None."""
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
    """A mapping as its pairs in file order; keys may repeat."""

    line: int
    pairs: list[tuple[ScalarNode, "Node"]] = field(default_factory=list)


Node = ScalarNode | SequenceNode | MappingNode

NODE_BY_BRACKET = {"{": MappingNode, "[": SequenceNode}


@dataclass(frozen=True, slots=True)
class Event:
    """A parser event; `kind` is { or [ for a start, empty for an end, and = for a scalar."""

    kind: str
    line: int
    text: str = ""
    plain: bool = False


def build_tree(events: Iterator[Event]) -> list[Node]:
    """Return the top nodes: one for JSON, one per document for YAML. Raises UnreadableFileError."""
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
    """Attach the node to the open one: as an item, a key, or the value of the last key."""
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
