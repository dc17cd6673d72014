"""Write the OpenAPI document as YAML in the form in which people write it."""

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes every value in full: some readers of OpenAPI documents refuse YAML aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  the method of the base class
        return True


def to_yaml(document: dict[str, Any]) -> str:
    """Return the document as YAML without anchors and aliases."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    """Write a list of plain values in one line."""
    is_plain = not any(isinstance(item, dict | list) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_plain)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(list, _represent_list)
