"""Files of Seamly2D and Valentina: as their schemas want them, and as people really have them."""

import re
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from dressform.sewing.formats import Format, NotReadableError, read, written
from tests.sewing.bodies import WITH_BREASTS

# The published schemas of both projects, in our words: elements in this order, and what each holds.
PERSONAL = {
    "smis": ["family-name", "given-name", "birth-date", "gender", "email"],
    "vit": ["customer", "birth-date", "gender", "email"],
}
FORMS = {
    "version": r"\d+\.\d+\.\d+",
    "read-only": r"true|false|0|1",
    "notes": r"[^<]*",
    "unit": r"mm|cm|inch",
    "pm_system": r"\d|[1-4]\d|5[0-4]|998",
    "birth-date": r"-?\d{4,}-\d\d-\d\d",
    "gender": r"unknown|male|female",
}
OF_A_MEASUREMENT = {"name", "value", "full_name", "description"}
NOT_IN_NAMES = r"\s*/&|!<>^()\-+=?:;\"\\.," + "\u2013\u2212\u066b\u066c\u2019"
NAME = re.compile(rf"[^\d'{NOT_IN_NAMES}][^{NOT_IN_NAMES}]*")


def faults(root: str, top: Element) -> list[str]:
    """Where a file is not as its schema wants it."""
    found = [] if top.tag == root else [f"root {top.tag}"]
    order = ["version", "read-only", "notes", "unit", "pm_system", "personal", "body-measurements"]
    if [each.tag for each in top] != order:
        found.append("order of elements")
    personal, body = top.find("personal"), top.find("body-measurements")
    assert personal is not None
    assert body is not None
    if [each.tag for each in personal] != PERSONAL[root]:
        found.append("personal")
    found += [
        f"{each.tag}: {each.text}"
        for each in [*top, *personal]
        if each.tag in FORMS and not re.fullmatch(FORMS[each.tag], each.text or "")
    ]
    names = [each.get("name", "") for each in body]
    found += [f"name {name}" for name in names if not NAME.fullmatch(name)]
    if len(set(names)) < len(names):
        found.append("a name twice")
    found += [
        f"attributes of {each.get('name')}"
        for each in body
        if each.tag != "m" or set(each.keys()) - OF_A_MEASUREMENT or each.get("value") is None
    ]
    return found


@pytest.mark.parametrize("root", ["smis", "vit"])
@pytest.mark.parametrize("body", [{}, {"chest": 1105.25}, WITH_BREASTS])
def test_what_is_written_is_as_its_schema_wants_it(root: str, body: dict[str, float]) -> None:
    data = written(Format(root), body, breasts=False)

    assert faults(root, fromstring(data)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<unit>mm</unit>", "<unit>millimetres</unit>"),
        ("<version>0.3.4</version>", ""),
        ('name="bust_circ"', 'name="bust-circ"'),
        ('name="bust_circ"', 'name="neck_circ"'),
        ('value="925"', 'values="925"'),
        ("<gender>unknown</gender>", "<gender>any</gender>"),
        ("<pm_system>998</pm_system>", "<pm_system>77</pm_system>"),
    ],
)
def test_the_check_of_the_schema_bites(old: str, new: str) -> None:
    text = written(Format.SMIS, WITH_BREASTS, breasts=True).decode()
    assert old in text

    assert faults("smis", fromstring(text.replace(old, new)))


def test_it_is_about_nobody() -> None:
    text = written(Format.VIT, {"chest": 1105}, breasts=False).decode()

    assert "<customer />" in text
    assert "<email />" in text
    assert "<gender>unknown</gender>" in text


REAL = b"""<?xml version="1.0" encoding="UTF-8"?>
<smis>
    <version>0.3.4</version>
    <read-only>false</read-only>
    <notes>Fitted on 3 May, for Philippine</notes>
    <unit>cm</unit>
    <pm_system>998</pm_system>
    <personal>
        <family-name>Quetzal</family-name>
        <given-name>Philippine</given-name>
        <birth-date>1987-06-05</birth-date>
        <gender>female</gender>
        <email>philippine@sewing.example</email>
    </personal>
    <body-measurements>
        <m name="bust_circ " value="92.5 "/>
        <m name="neck_circ" value="34"/>
        <m name="waist_circ" value="0"/>
        <m name="hip_circ" value=""/>
        <m name="bust_arc_f" value="(bust_circ / 2 + 1.75)"/>
        <m name="highhip_circ" value="waist_circ + @ease"/>
        <m name="hip_arc_b" value="floor(50)"/>
        <m name="@ease" value="4"/>
        <m name="height" value="170"/>
        <m name="bust_circ" value="95"/>
        <m name="shoulder_slope_neck_side_angle" value="13.5"/>
        <m name="waist_to_highhip_side" value="12,5"/>
        <m name="leg_knee_circ" value="4000"/>
    </body-measurements>
</smis>"""


def test_a_file_as_people_have_it_is_accounted_for_line_by_line() -> None:
    found = read(REAL)

    (body,) = found.bodies
    assert body.measurements == {
        "chest": 925,
        "neck": 340,
        "bustFront": 480,
        "hips": 40,
        "shoulderSlope": 13.5,
        "waistToHips": 125,
    }
    assert body.breasts is None
    assert [(line.number, line.entry, line.reason) for line in body.lines] == [
        (16, "bust_circ ", None),
        (17, "neck_circ", "approximate"),
        (18, "waist_circ", "zero"),
        (19, "hip_circ", "empty"),
        (20, "bust_arc_f", "formula"),
        (21, "highhip_circ", "approximate formula"),
        (22, "hip_arc_b", "no formula"),
        (23, "@ease", "custom"),
        (24, "height", "unknown"),
        (25, "bust_circ", "twice"),
        (26, "shoulder_slope_neck_side_angle", None),
        (27, "waist_to_highhip_side", "approximate"),
        (28, "leg_knee_circ", "out of bounds"),
    ]
    assert all(line.said is not None for line in body.lines if line.reason)


def test_who_it_is_about_is_not_kept() -> None:
    found = read(REAL)

    assert found.dropped == {"name", "birth date", "gender", "e-mail", "notes"}
    for secret in ("Quetzal", "Philippine", "1987", "female", "sewing.example", "Fitted"):
        assert secret not in repr(found)


@pytest.mark.parametrize("unit", ["mm", "cm", "inch"])
def test_units_are_converted_exactly(unit: str) -> None:
    file = f'<vit><unit>{unit}</unit><body-measurements><m name="bust_circ" value="36.5"/>'
    file += '<m name="shoulder_slope_neck_side_angle" value="13"/></body-measurements></vit>'

    (body,) = read(file.encode()).bodies

    expected = {"mm": 36.5, "cm": 365, "inch": 927.1}[unit]
    assert body.measurements == {"chest": expected, "shoulderSlope": 13}


def test_other_encodings_of_xml_are_read() -> None:
    text = REAL.decode().replace("UTF-8", "UTF-16")

    assert read(text.encode("utf-16")).bodies[0].measurements["chest"] == 925


BOMB = b"""<?xml version="1.0"?><!DOCTYPE smis [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<smis><unit>&b;</unit></smis>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE smis [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<smis><unit>&a;</unit></smis>"""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<smis>\n<unit>cm</unit>\n<m", "line 3: not well-formed XML"),
        (BOMB, "with a document type"),
        (OUTSIDE, "with a document type"),
        (b"<pattern><unit>cm</unit></pattern>", "individual measurements of Seamly2D"),
        (b"<smms><unit>cm</unit></smms>", "individual measurements of Seamly2D"),
        (b"<smis><unit>ell</unit></smis>", "expected the unit mm, cm or inch"),
        (b"<smis></smis>", "expected the unit"),
        (b'<?xml version="1.0" encoding="martian"?><smis/>', "XML"),
        (b"<" * 100_000, "not well-formed"),
    ],
)
def test_what_is_no_such_file_is_told(data: bytes, said: str) -> None:
    with pytest.raises(NotReadableError, match=re.escape(said)):
        read(data)


def test_deep_nesting_does_no_harm() -> None:
    file = b"<smis><unit>cm</unit>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</smis>"

    assert read(file).bodies[0].measurements == {}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("(a - b)", 8),
        ("a-b", 8),
        ("2*a", 20),
        ("a / 4 + 1", 3.5),
        ("-b + a", 8),
        ("c", 13),
        ("1.5*(a+b)", 18),
        ("a ^ b", None),
        ("loop", None),
        ("a / 0", None),
        ("nothing + 1", None),
        ("a b", None),
        ("__import__('os')", None),
        ("a.real", None),
        ("9" * 600, None),
        ("(" * 400 + "a" + ")" * 400, None),
        ("a if b else c", None),
        ("b ** 9 ** 9", None),
    ],
)
def test_formulas_are_worked_out_or_left(formula: str, value: float | None) -> None:
    entries = '<m name="a" value="10"/><m name="b" value="2"/><m name="c" value="a + 3"/>'
    entries += f'<m name="loop" value="loop"/><m name="bust_circ" value="{formula}"/>'
    file = f"<smis><unit>mm</unit><body-measurements>{entries}</body-measurements></smis>"

    (body,) = read(file.encode()).bodies

    assert body.measurements.get("chest") == value
