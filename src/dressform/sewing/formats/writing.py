"""Export of models as files, in millimetres with full precision and without personal data."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from xml.sax.saxutils import quoteattr

from dressform.sewing.catalogue import CATALOGUE, Kind, Measurement
from dressform.sewing.formats.numbers import format_number
from dressform.sewing.formats.personal import PLACEHOLDERS
from dressform.sewing.formats.seamly import CUSTOM_PREFIX
from dressform.sewing.formats.types import Format, ImportedBody

_ABOUT = "Lengths in millimetres, shoulderSlope in degrees"
_APPROXIMATE = "Dressform's {}, which is measured a little differently"

_EMPTY_NAMES = {
    Format.SMIS: ("<family-name/>", "<given-name/>"),
    Format.VIT: ("<customer/>",),
}
_VERSIONS = {Format.SMIS: "0.3.4", Format.VIT: "0.5.2"}


def serialize(format: Format, model: ImportedBody) -> bytes:  # noqa: A002 - the field's word
    """Return the file in UTF-8. `parse_file` returns the same model."""
    return _SERIALIZERS[format](format, model).encode()


def _serialize_xml(kind: Format, model: ImportedBody) -> str:
    flag = "" if model.breasts is None else f"Dressform: breasts={_format_flag(model)}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<{kind}>",
        f"    <version>{_VERSIONS[kind]}</version>",
        "    <read-only>false</read-only>",
        f"    <notes>{flag}</notes>",
        "    <unit>mm</unit>",
        "    <pm_system>998</pm_system>",
        "    <personal>",
        *(f"        {element}" for element in _EMPTY_NAMES[kind]),
        *(f"        <{element}>{text}</{element}>" for element, text in PLACEHOLDERS.items()),
        "        <email/>",
        "    </personal>",
        "    <body-measurements>",
        *(f"        <m {attributes}/>" for attributes in _iter_attributes(kind, model)),
        "    </body-measurements>",
        f"</{kind}>",
        "",
    ]
    return "\n".join(lines)


def _iter_attributes(kind: Format, model: ImportedBody) -> Iterator[str]:
    for name, value in model.measurements.items():
        attributes = {"name": _code_name(CATALOGUE[name]), "value": format_number(value)}
        attributes |= _descriptive_attributes(CATALOGUE[name])
        if CATALOGUE[name].kind is Kind.ANGLE and kind is Format.VIT:
            attributes["specialUnits"] = "true"
        yield " ".join(f"{key}={quoteattr(text)}" for key, text in attributes.items())


def _code_name(known: Measurement) -> str:
    return known.seamly.name if known.seamly else CUSTOM_PREFIX + known.name


def _descriptive_attributes(known: Measurement) -> dict[str, str]:
    """Return the attributes that explain a measurement to users of Seamly2D and Valentina."""
    if known.seamly is None:
        return {"full_name": _split_camel_case(known.name), "description": known.description["en"]}
    if known.kind is Kind.ANGLE:
        return {"description": "In degrees"}
    if known.seamly.match == "exact":
        return {}
    return {"description": _APPROXIMATE.format(known.name)}


def _split_camel_case(name: str) -> str:
    return re.sub("([A-Z])", r" \1", name).capitalize()


def _serialize_json(_: Format, model: ImportedBody) -> str:
    document: dict[str, object] = {
        "type": "measurementsSet",
        "about": _ABOUT,
        "units": "metric",
    }
    if model.breasts is not None:
        document["breasts"] = model.breasts
    # A whole float is written as an integer.
    whole = {n: int(at) if at == int(at) else at for n, at in model.measurements.items()}
    return json.dumps(document | {"measurements": whole}, indent=2) + "\n"


def _serialize_yaml(_: Format, model: ImportedBody) -> str:
    lines = ["type: measurementsSet", f"about: {_ABOUT}", "units: metric"]
    if model.breasts is not None:
        lines.append(f"breasts: {_format_flag(model)}")
    lines.append("measurements:" if model.measurements else "measurements: {}")
    lines += [f"  {name}: {format_number(value)}" for name, value in model.measurements.items()]
    return "\n".join(lines) + "\n"


def _serialize_csv(_: Format, model: ImportedBody) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(("measurement", "value", "unit"))
    if model.breasts is not None:
        writer.writerow(("breasts", _format_flag(model), ""))
    for name, value in model.measurements.items():
        writer.writerow(
            (name, format_number(value), "deg" if CATALOGUE[name].unit != "mm" else "mm")
        )
    return sheet.getvalue()


def _format_flag(model: ImportedBody) -> str:
    return "true" if model.breasts else "false"


_SERIALIZERS: dict[Format, Callable[[Format, ImportedBody], str]] = {
    Format.SMIS: _serialize_xml,
    Format.VIT: _serialize_xml,
    Format.FREESEWING: _serialize_json,
    Format.YAML: _serialize_yaml,
    Format.CSV: _serialize_csv,
}
