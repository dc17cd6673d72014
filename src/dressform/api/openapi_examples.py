"""The examples of the OpenAPI document: one for each parameter and each schema."""

from typing import Any

from dressform.api.schemas.examples import example_values

_ID = "019a0000-0000-7000-8000-000000000000"
_EXAMPLE_BY_FORMAT = {"uuid": _ID, "date-time": "2026-03-01T12:00:00Z", "date": "2026-03-01"}


def add_example(parameter: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Move the description and the example of a parameter from its schema to itself."""
    schema = parameter["schema"]
    if "example" not in parameter:
        parameter["example"] = _example(schema, schemas)
    for key in ("description", "examples"):
        schema.pop(key, None)


def add_schema_examples(schemas: dict[str, Any]) -> None:
    """Give each object schema one example in place of those of its properties."""
    examples = {name: _example(schema, schemas, name) for name, schema in schemas.items()}
    for name, schema in schemas.items():
        if "properties" in schema:
            _drop_examples(schema["properties"])
        schema["examples"] = [examples[name]]


def _example(schema: dict[str, Any], schemas: dict[str, Any], name: str = "") -> Any:
    schema, name = _resolve(schema, schemas, name)
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    if schema["type"] == "array":
        return [_example(schema["items"], schemas)]
    if schema["type"] == "object":
        values = example_values().get(name, {})
        return {
            key: values[key] if key in values else _example(each, schemas)
            for key, each in schema["properties"].items()
        }
    return schema.get(
        "const", schema.get("default", _EXAMPLE_BY_FORMAT.get(schema.get("format", "")))
    )


def _resolve(
    schema: dict[str, Any], schemas: dict[str, Any], name: str
) -> tuple[dict[str, Any], str]:
    """Return the schema behind a reference, or the first of several alternatives, and its name."""
    if "examples" in schema:
        return schema, name
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolve(schemas[name], schemas, name)
    if "anyOf" in schema:
        return _resolve(schema["anyOf"][0], schemas, name)
    return schema, name


def _drop_examples(properties: dict[str, Any]) -> None:
    for schema in properties.values():
        for each in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
            each.pop("examples", None)
