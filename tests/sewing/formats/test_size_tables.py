"""Tables of sizes give the body of one chosen size, and say which they offer."""

from fractions import Fraction

import pytest

from dressform.sewing.formats import (
    Format,
    ImportOptions,
    ImportResult,
    UnreadableFileError,
    parse_file,
)
from tests.sewing.formats.samples import get_values, list_left_out, list_reasons, make_smis


def make_smms(*, unit: str = "cm", root: str = "smms", sizes: str = "", heights: str = "") -> bytes:
    scale = 10 if unit == "mm" else 1
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root}>
  <version>0.4.4</version><read-only>false</read-only><notes/>
  <unit>{unit}</unit><pm_system>998</pm_system>
  <size base="{50 * scale}" {sizes}/><height base="{176 * scale}" {heights}/>
  <body-measurements>
    <m name="bust_circ" base="{100 * scale}" size_increase="{4 * scale}" height_increase="0"/>
    <m name="height_waist_side" base="{108 * scale}" size_increase="0" height_increase="{4 * scale}"/>
    <m name="shoulder_slope_neck_side_angle" base="13" size_increase="0.5" height_increase="0"/>
    <m name="waist_circ" base="x" size_increase="0" height_increase="0"/>
  </body-measurements>
</{root}>""".encode()


NEW = b"""<vst>
  <version>0.6.2</version><read-only>false</read-only><unit>cm</unit>
  <dimensions>
    <dimension type="y" base="92" min="84" max="104" step="4"/>
    <dimension type="x" base="170" min="158" max="182" step="6"><labels/></dimension>
  </dimensions>
  <body-measurements>
    <m name="bust_circ" base="92" shiftB="4">
      <corrections><correction coordinates="170;100" correction="-0.5"/></corrections></m>
    <m name="height_waist_side" base="104" shiftA="3.5"/>
    <m name="head_circ" base="56" specialUnits="true"/>
    <m type="separator" name="x"/>
  </body-measurements>
</vst>"""

RULES = b"""<smms><version>0.4.6</version><unit>cm</unit>
<size base="50" min="40" max="60" step="2"/><height base="176" min="170" max="182" step="6"/>
<body-measurements>
<m name="bust_circ" base="100" size_increase="4" height_increase="0">
<sizeRules><break threshold="56" increment="6"/></sizeRules></m>
<m name="waist_circ" base="80" size_increase="4" height_increase="0"><sizeRules/></m>
</body-measurements></smms>"""


def parse_size(document: bytes, **sizes: float) -> ImportResult:
    chosen = {name: Fraction(value) for name, value in sizes.items()}
    return parse_file(document, options=ImportOptions(sizes=chosen))


@pytest.mark.parametrize(("unit", "scale"), [("cm", 1), ("mm", 10)])
@pytest.mark.parametrize(
    ("size", "height", "chest", "to_floor"),
    [(50, 176, 1000, 1080), (54, 176, 1080, 1080), (48, 170, 960, 1040), (52, 188, 1040, 1160)],
)
def test_a_size_is_computed_by_its_steps(
    unit: str, scale: int, *, size: int, height: int, chest: float, to_floor: float
) -> None:
    found = parse_size(make_smms(unit=unit), size=size * scale, height=height * scale)

    assert get_values(found)["chest"] == chest
    assert get_values(found)["waistToFloor"] == to_floor
    assert list_left_out(found) == [(10, "waist_circ")]


def test_an_angle_is_not_converted() -> None:
    assert get_values(parse_size(make_smms(), size=54, height=176))["shoulderSlope"] == 14


@pytest.mark.parametrize(("root", "kind"), [("smms", Format.SMIS), ("vst", Format.VIT)])
def test_the_format_is_that_of_the_program(root: str, kind: Format) -> None:
    assert parse_size(make_smms(root=root), size=50, height=176).format is kind


@pytest.mark.parametrize(
    ("size", "height", "chest", "to_floor"),
    [(92, 170, 920, 1040), (100, 170, 995, 1040), (100, 182, 1000, 1110), (84, 158, 840, 970)],
)
def test_dimensions_and_corrections_of_newer_tables(
    *, size: int, height: int, chest: float, to_floor: float
) -> None:
    found = parse_size(NEW, size=size, height=height)

    assert get_values(found) == {"chest": chest, "waistToFloor": to_floor}
    assert [entry for _, entry in list_left_out(found)] == ["head_circ", "x"]


@pytest.mark.parametrize(
    ("sizes", "parameter"),
    [
        ({}, "size"),
        ({"size": 50}, "height"),
        ({"height": 176}, "size"),
        ({"size": 51, "height": 176}, "size"),
        ({"size": 80, "height": 176}, "size"),
        ({"size": 50, "height": 177}, "height"),
    ],
)
def test_the_sizes_of_a_table_are_listed(sizes: dict[str, float], parameter: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        parse_size(make_smms(), **sizes)

    assert refused.value.parameter == parameter
    assert "`size` from 22 to 72 in steps of 2 (its base is 50)" in str(refused.value)
    assert "`height` from 50 to 200 in steps of 6 (its base is 176)" in str(refused.value)


def test_a_table_lists_its_own_range() -> None:
    document = make_smms(sizes='min="44" max="56" step="2"', heights='min="170" max="182" step="6"')

    with pytest.raises(UnreadableFileError, match="`size` from 44 to 56 in steps of 2"):
        parse_size(document, size=58, height=176)


def test_steps_that_differ_are_left_out() -> None:
    found = parse_size(RULES, size=60, height=176)

    assert get_values(found) == {"waist": 1000}
    assert (list_reasons(found)[0] or "").startswith("Its steps differ from size to size")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (make_smms(unit="inch"), "in inches"),
        (make_smms(sizes='step="3"'), "the steps of `size` in this table are not known"),
        (NEW.replace(b'step="4"', b""), "“step” is missing"),
        (NEW.replace(b'base="92" min', b'base="?" min'), "“base” is missing"),
        (NEW.replace(b"dimensions>", b"other>"), "does not say which sizes"),
        (make_smms().replace(b"<size ", b"<siz "), "`height` from"),
        (NEW.replace(b'base="92" min', b'base="1e999" min'), "“base” is missing"),
        (make_smms(sizes='min="-1e400"'), "“min” is missing"),
    ],
)
def test_a_table_that_is_not_understood_is_refused(document: bytes, said: str) -> None:
    with pytest.raises(UnreadableFileError, match=said):
        parse_size(document, size=92)


def test_a_step_of_zero_has_only_its_base() -> None:
    document = NEW.replace(b'step="6"', b'step="0"')

    assert get_values(parse_size(document, size=92, height=170))["waistToFloor"] == 1040
    with pytest.raises(UnreadableFileError, match="in steps of 0"):
        parse_size(document, size=92, height=176)


def test_the_size_means_nothing_for_the_file_of_a_body() -> None:
    document = make_smis('name="bust_circ" value="90"')

    assert get_values(parse_size(document, size=50)) == {"chest": 900}


def test_names_and_elements_of_older_tables() -> None:
    document = b"""<vst><version>0.3.0</version><unit>mm</unit><size base="500"/><height base="1760"/>
<body-measurements><torso>
<bust_girth value="1044" size_increase="38" height_increase="2"/>
<rise_height value="270" size_increase="0" height_increase="6"/>
</torso></body-measurements></vst>"""

    found = parse_size(document, size=520, height=1820)

    assert get_values(found) == {"chest": 1084, "crotchDepth": 276}


@pytest.mark.parametrize(
    ("version", "taken_as"), [("0.4.1", "crotchDepth"), ("0.4.2", "waistToUpperLeg")]
)
def test_the_rise_is_measured_standing_since_0_4_2(version: str, taken_as: str) -> None:
    document = (
        make_smms().replace(b"0.4.4", version.encode()).replace(b"bust_circ", b"rise_length_side")
    )

    assert get_values(parse_size(document, size=50, height=176))[taken_as] == 1000
