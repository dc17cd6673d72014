"""Models as files. Values are in millimetres and in full; nothing says whose body it is."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from xml.sax.saxutils import quoteattr

from dressform.sewing.catalogue import CATALOGUE, Kind, Measurement
from dressform.sewing.formats.numbers import digits
from dressform.sewing.formats.personal import NOTHING_SAID
from dressform.sewing.formats.seamly import CUSTOM
from dressform.sewing.formats.types import FileModel, Format

_ABOUT = "Lengths in millimetres, shoulderSlope in degrees"
_NEAR = "Dressform's {}, which is measured a little differently"

_NOBODY = {
    Format.SMIS: ("<family-name/>", "<given-name/>"),
    Format.VIT: ("<customer/>",),
}
_VERSIONS = {Format.SMIS: "0.3.4", Format.VIT: "0.5.2"}


def written(format: Format, model: FileModel) -> bytes:  # noqa: A002 - the field's word
    """Of this kind, in UTF-8; `read` gives the same model back."""
    return _WRITERS[format](format, model).encode()


def _xml(kind: Format, model: FileModel) -> str:
    flag = "" if model.breasts is None else f"Dressform: breasts={_truth(model)}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<{kind}>",
        f"    <version>{_VERSIONS[kind]}</version>",
        "    <read-only>false</read-only>",
        f"    <notes>{flag}</notes>",
        "    <unit>mm</unit>",
        "    <pm_system>998</pm_system>",
        "    <personal>",
        *(f"        {element}" for element in _NOBODY[kind]),
        *(f"        <{element}>{text}</{element}>" for element, text in NOTHING_SAID.items()),
        "        <email/>",
        "    </personal>",
        "    <body-measurements>",
        *(f"        <m {attributes}/>" for attributes in _attributes(kind, model)),
        "    </body-measurements>",
        f"</{kind}>",
        "",
    ]
    return "\n".join(lines)


def _attributes(kind: Format, model: FileModel) -> Iterator[str]:
    for name, value in model.measurements.items():
        attributes = {"name": _code_name(CATALOGUE[name]), "value": digits(value)}
        attributes |= _said(CATALOGUE[name])
        if CATALOGUE[name].kind is Kind.ANGLE and kind is Format.VIT:
            attributes["specialUnits"] = "true"
        yield " ".join(f"{key}={quoteattr(text)}" for key, text in attributes.items())


def _code_name(known: Measurement) -> str:
    return known.seamly.name if known.seamly else CUSTOM + known.name


def _said(known: Measurement) -> dict[str, str]:
    """For whoever opens it there."""
    if known.seamly is None:
        return {"full_name": _in_words(known.name), "description": known.description["en"]}
    if known.kind is Kind.ANGLE:
        return {"description": "In degrees"}
    if known.seamly.match == "exact":
        return {}
    return {"description": _NEAR.format(known.name)}


def _in_words(name: str) -> str:
    return re.sub("([A-Z])", r" \1", name).capitalize()


def _json(_: Format, model: FileModel) -> str:
    document: dict[str, object] = {
        "type": "measurementsSet",
        "about": _ABOUT,
        "units": "metric",
    }
    if model.breasts is not None:
        document["breasts"] = model.breasts
    # A float that is whole is written like one that a person typed.
    whole = {n: int(at) if at == int(at) else at for n, at in model.measurements.items()}
    return json.dumps(document | {"measurements": whole}, indent=2) + "\n"


def _yaml(_: Format, model: FileModel) -> str:
    lines = ["type: measurementsSet", f"about: {_ABOUT}", "units: metric"]
    if model.breasts is not None:
        lines.append(f"breasts: {_truth(model)}")
    lines.append("measurements:" if model.measurements else "measurements: {}")
    lines += [f"  {name}: {digits(value)}" for name, value in model.measurements.items()]
    return "\n".join(lines) + "\n"


def _csv(_: Format, model: FileModel) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(("measurement", "value", "unit"))
    if model.breasts is not None:
        writer.writerow(("breasts", _truth(model), ""))
    for name, value in model.measurements.items():
        writer.writerow((name, digits(value), "deg" if CATALOGUE[name].unit != "mm" else "mm"))
    return sheet.getvalue()


def _truth(model: FileModel) -> str:
    return "true" if model.breasts else "false"


_WRITERS: dict[Format, Callable[[Format, FileModel], str]] = {
    Format.SMIS: _xml,
    Format.VIT: _xml,
    Format.FREESEWING: _json,
    Format.YAML: _yaml,
    Format.CSV: _csv,
}
