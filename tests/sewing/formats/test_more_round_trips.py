"""Nothing is lost on a way through a file that other programs, or this service, write."""

import csv
import io
import json
import unicodedata
from datetime import date
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dressform.actions.plan_import import plan_models
from dressform.api.schemas.models import ModelRead
from dressform.repositories.sealed_models import StoredModel
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import CATALOGUE, Kind
from dressform.sewing.formats import Format, ImportedBody, Outcome, parse_file, serialize
from dressform.sewing.formats.formula import FormulaError, evaluate
from dressform.sewing.formats.numbers import format_number
from dressform.sewing.units import EnteredValue, MeasurementUnit, parse_quantity
from tests.sewing.formats.samples import MEASUREMENTS

DAY = date(2026, 3, 1)
NAMES = st.text(min_size=1, max_size=100).filter(
    lambda text: (
        text == text.strip()
        and not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text)
    )
)
ENTERED = st.sampled_from(["16 1/2 in", "41,9 cm", "419.1", "500 mm", "1' 4"])


@st.composite
def bodies(draw: st.DrawFn, *, breasts: bool | None = None) -> BodyMeasurements:
    values = dict(draw(MEASUREMENTS))
    typed = {}
    for name in draw(st.sets(st.sampled_from(["neck", "chest", "waist"]))):
        text = draw(ENTERED)
        value, unit = parse_quantity(text, Kind.LENGTH, unit=MeasurementUnit.MM)
        values[name], typed[name] = value, EnteredValue(text, unit)
    flag = draw(st.booleans()) if breasts is None else breasts
    return BodyMeasurements(flag, values, typed)


def store(number: int, name: str, own: BodyMeasurements, base: StoredModel | None) -> StoredModel:
    return StoredModel(
        id=UUID(int=number + 1),
        position=number,
        name=name,
        own=own,
        base=base.own if base else None,
        based_on=base.id if base else None,
        version=1,
        has_avatar=False,
        created_on=DAY,
        updated_on=DAY,
    )


@st.composite
def accounts(draw: st.DrawFn) -> list[StoredModel]:
    """Return models as an account holds them: each base before its variants."""
    models: list[StoredModel] = []
    for number in range(draw(st.integers(1, 4))):
        bases = [model for model in models if not model.based_on]
        base = draw(st.sampled_from([None, *bases]))
        own = draw(bodies())
        if base and draw(st.booleans()):
            own = BodyMeasurements(None, own.measurements, own.typed)
        models.append(store(number, draw(NAMES), own, base))
    return models


def write(models: list[StoredModel]) -> bytes:
    items = b",".join(ModelRead.from_domain(model).to_json() for model in models)
    return b'{"items":[%b],"next":null}' % items


@given(accounts())
def test_models_come_back_as_the_service_answers_them(models: list[StoredModel]) -> None:
    found = parse_file(write(models))
    plans = plan_models(found, breasts=None, pictures={}, day=DAY)

    again: list[StoredModel] = []
    for number, plan in enumerate(plans):
        base = None if plan.base is None else again[plan.base]
        again.append(store(number, plan.name, plan.own, base))

    assert json.loads(write(again)) == json.loads(write(models))
    assert {line.outcome for line in found.report} == {Outcome.TAKEN}


def _write_number(value: float) -> str:
    """Return the number with a zero behind its decimals: 1.1050 is never 1,105."""
    text = format_number(value)
    return f"{text}0" if "." in text else text


@given(
    st.lists(MEASUREMENTS.filter(bool), min_size=1, max_size=4),
    st.sampled_from(["mm", "cm", "in"]),
    st.sampled_from(",;\t"),
    st.sampled_from(["{} ({})", "{} [{}]", "{}_{}", "{} in {}"]),
)
def test_a_table_of_bodies_keeps_every_value(
    people: list[dict[str, float]], unit: str, delimiter: str, heading: str
) -> None:
    """Lengths are written in another unit, so that they come back to the last digits only."""
    scale = {"mm": 1, "cm": 10, "in": 25.4}[unit]
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=delimiter)
    is_length = {name: each.kind is Kind.LENGTH for name, each in CATALOGUE.items()}
    writer.writerow(heading.format(n, unit) if is_length[n] else n for n in CATALOGUE)
    for values in people:
        writer.writerow(
            _write_number(values[name] / (scale if is_length[name] else 1))
            if name in values
            else ""
            for name in CATALOGUE
        )

    found = parse_file(sheet.getvalue().encode(), format=Format.CSV)

    assert len(found.models) == len(people)
    for body, values in zip(found.models, people, strict=True):
        for name, value in body.measurements.items():
            assert abs(value - values[name]) <= 1e-9 * values[name]


LABELS = st.sampled_from(["en", "fr"])


@given(MEASUREMENTS, LABELS, st.sampled_from([str.upper, str.lower, str.title]))
def test_labels_in_any_case_keep_every_value(
    measurements: dict[str, float], language: str, spell: object
) -> None:
    document = serialize(Format.FREESEWING, ImportedBody(measurements, breasts=True))
    tree = json.loads(document)
    tree["measurements"] = {
        spell(CATALOGUE[name].label[language]): value  # type: ignore[operator]
        for name, value in tree["measurements"].items()
    }

    assert parse_file(json.dumps(tree).encode()).models == (ImportedBody(measurements, True),)  # noqa: FBT003


EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", "2", "0.5", "10"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "-", "*", " / "]), inner).map("".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        inner.map("abs({})".format),
        st.tuples(inner, inner).map(lambda pair: f"max({pair[0]};{pair[1]})"),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_formulas_have_the_values_that_python_gives(text: str) -> None:
    spelled = text.replace(";", ",").replace("--", "- -").replace("--", "- -")
    try:
        expected = eval(spelled, {"abs": abs, "max": max}, {"a": 90.0, "b": 0.25})
    except ZeroDivisionError:
        expected = None
    try:
        value = float(evaluate(text, {"a": Fraction(90), "b": Fraction(1, 4)}))
    except FormulaError:
        value = None

    if value is None or expected is None:
        assert len(text) > 200 or expected is None or text.count("(") > 15
    else:
        assert abs(value - expected) <= 1e-9 * max(1, abs(expected))
