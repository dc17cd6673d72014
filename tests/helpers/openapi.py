"""The operations of the API as its document describes them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from dressform.api.app import create_app
from dressform.settings.settings import Settings

_VERBS = ("get", "head", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    verb: str
    path: str
    details: dict[str, Any]

    @property
    def id(self) -> str:
        operation_id: str = self.details["operationId"]
        return operation_id

    @property
    def documented_statuses(self) -> set[int]:
        """Return the documented statuses."""
        return {int(status) for status in self.details["responses"]}

    @property
    def example(self) -> dict[str, Any]:
        """Return a JSON body that fits. Raise KeyError when the operation takes none."""
        content = self.details["requestBody"]["content"]["application/json"]
        if "example" in content:
            found: dict[str, Any] = content["example"]
        else:
            found = resolve_schema(content["schema"])["examples"][0]
        return found

    @property
    def takes_json(self) -> bool:
        return "application/json" in self.details.get("requestBody", {}).get("content", {})

    def parameters(self, place: str) -> list[str]:
        found = self.details.get("parameters", [])
        return [one["name"] for one in found if one["in"] == place]

    def fields(self) -> list[tuple[tuple[str, ...], str]]:
        """Return path and type of each field of the body; keys of maps are those of the example."""
        schema = self.details["requestBody"]["content"]["application/json"]["schema"]
        return list(_walk(schema, self.example, ()))

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


@cache
def document() -> dict[str, Any]:
    return create_app(Settings(_env_file=None)).openapi()


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(
        Operation(verb.upper(), path, details)
        for path, verbs in document()["paths"].items()
        for verb, details in verbs.items()
        if verb in _VERBS
    )


def _walk(schema: dict[str, Any], example: Any, path: tuple[str, ...]) -> Any:
    schema = resolve_schema(schema)
    if "type" not in schema:  # It takes any value.
        return
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    if path:
        yield path, kind
    if kind == "object":
        named = schema.get("properties", {})
        (others,) = schema.get("patternProperties", {"": {}}).values()
        for name in sorted(example.keys() | (set() if path else named.keys())):
            yield from _walk(named.get(name, others), example[name], (*path, name))


def resolve_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema behind a reference, or the one of several that is not null."""
    if "$ref" in schema:
        return resolve_schema(
            document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        )
    if "anyOf" in schema:
        return resolve_schema(schema["anyOf"][0])
    return schema
