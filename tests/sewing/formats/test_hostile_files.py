"""Malicious or damaged files: each is rejected quickly with one clear sentence."""

import json
import time
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dressform.sewing.formats import (
    MAX_FILE_BYTES,
    Format,
    ImportOptions,
    UnreadableFileError,
    parse_file,
)
from dressform.sewing.formats.cut_pictures import cut_pictures
from dressform.sewing.formats.formula import FormulaError, evaluate, is_short
from dressform.sewing.units import MeasurementUnit
from tests.sewing.formats.samples import get_values, make_smis

BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE smis [\n<!ENTITY a "aaaaaaaaaa">\n'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<smis><notes>&b;</notes></smis>'
)
EXTERNAL = '<!DOCTYPE smis SYSTEM "file:///etc/passwd"><smis/>'
ALIASES = "a: &a [x, x]\nb: &b [*a, *a]\nmeasurements: {chest: *b}"
MANY = b'{"measies": {%s}}' % b", ".join(b'"x%d": 1' % n for n in range(84))
HUGE = "9" * 1_000_000
# 60 columns in a hundred rows are 6,000 entries.
WIDE = b",".join([b"chest"] * 60) + b"\n" + b"\n".join([b",".join([b"9 mm"] * 60)] * 100) + b"\n"
LONG_DIMENSION = b'<size base="%s"/><height base="1"/>' % (b"9" * 5_000)
OWN_MODEL = b'{"id": "a", "based_on": "a", "measurements": {}, "hidden": {}, "entered": {}, "own_values": []}'
OWN_MODELS = b"[" + b",\n".join([OWN_MODEL] * 101) + b"]"
BODYGRAM_ITEM = b'{"name": "bustGirth", "unit": "mm", "value": 925}'
BODYGRAM_ITEMS = (
    b'{"measurements": [{"name": "hipGirth", "value": 1, "unit": "mm"},'
    b'{"name": "waistGirth", "value": 1, "unit": "mm"},'
    + b",".join([BODYGRAM_ITEM] * 5_001)
    + b"]}"
)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        ("\ufeff".encode(), "empty"),
        ("\ufeff \n".encode(), "empty"),
        (b"chest 110 cm", "none of the kinds"),
        (b"\x89PNG\r\n\x1a\n", "none of the kinds"),
        (b"PK\x03\x04", "none of the kinds"),
        (b"x" * (MAX_FILE_BYTES + 1), "larger than 1024 KB"),
        (BOMB.encode(), "line 2: it declares a document type"),
        (EXTERNAL.encode(), "line 1: it declares a document type"),
        (b"<smis>\n<version>0.3.4\n</smis>", r"line 3: not well-formed XML \(mismatched tag"),
        (b"<smis>\n<notes>\x00</notes></smis>", "line 2: not well-formed XML"),
        (b"<smis>\n<notes>&who;</notes></smis>", "line 2: not well-formed XML"),
        (b"<smis>\n<notes>\xff</notes></smis>", "line 2: not well-formed XML"),
        (b'<?xml version="1.0" encoding="klingon"?><smis/>', "encoding|not well-formed"),
        (b"<smis>" + b"<a>" * 20, "nested more than 10 deep"),
        (make_smis(*['name="x" value="1"'] * 5_001), "line 5009: more than 5000 entries"),
        (b'{"measurements":\n {"chest" 1}}', "line 2: not valid JSON"),
        (b'{"measurements": {"chest": NaN}}', r"not valid JSON \(NaN"),
        (b'{"measurements": {"chest": -Infinity}}', "not valid JSON"),
        (b'{"measurements":\n {"chest": "\x00"}}', "line 2: there is a NUL"),
        (b"[" * 100_000, "JSON|nested"),
        (b"[" * 100 + b"]" * 100, "line 1: nested more than 30 deep"),
        (b"[" + b"1," * 250_000 + b"1]", "more than 100000 parts"),
        (ALIASES.encode(), r"line 2: aliases \(\*name\)"),
        (b"measurements: !!python/object/apply:os.system [id]", r"line 1: types \(!name\)"),
        (b"measurements:\n  chest: 1\n bad", "line [34]: not valid YAML"),
        (b"measurements: \x07", "not valid YAML"),
        (b"a: " + b"[" * 200, "nested more than 30 deep"),
        (b"? {a: 1}\n: 2\nmeasurements: {}", "line 1: a name is expected"),
        (b"chest,1,mm\n\xe9\x81,1,mm", "line 2: the file is not in UTF-8"),
        (b"chest,1,mm\nneck,\x00,mm", "line 2: there is a NUL"),
        (b'chest,"' + b"x" * 200_000 + b'"', "not valid CSV"),
        (b'chest,"925', "line 1: not valid CSV"),
        (b'"chest,1105,mm"', "no measurements found"),
        (b"[" + b",\n".join([MANY] * 60) + b"]", "line 60: more than 5000 entries"),
        (b"a,1\n" * 5_001, "line 5001: more than 5000 entries"),
        (b"measurement,value\n" + b"a,1\n" * 200_000, "more than 5000 entries"),
        (b",".join([b"chest", b"waist", *[b"x"] * 900]) + b"\n" + b"1,2\n" * 101, "100 bodies"),
        (WIDE, "more than 5000 entries"),
        (b"chest,waist," * 80_000, "line 1: more than 1000 columns"),
        (b"<vst><unit>cm</unit>" + b'<size base="5"/>' * 11 + b"</vst>", "more than 10 dimensions"),
        (b"<vst><unit>cm</unit>" + LONG_DIMENSION + b"</vst>", "is missing among the sizes"),
        (b"<vst><unit>cm</unit><size/></vst>", "does not say which sizes it has"),
        (
            b'<vst><unit>mm</unit><dimensions><dimension type="q"/></dimensions></vst>',
            "which sizes",
        ),
        (OWN_MODELS, "line 101: more than 100 sets"),
        (BODYGRAM_ITEMS, "more than 5000 entries"),
    ],
)
def test_each_gets_one_clear_sentence_soon(document: bytes, said: str) -> None:
    began = time.process_time()
    format_given = Format.YAML if document.startswith(b"? ") else None

    with pytest.raises(UnreadableFileError, match=said):
        parse_file(document, format=format_given)

    assert time.process_time() - began < 5


@pytest.mark.parametrize("said", ["sax: secret", "&secret;", "<secret>", "{secret", "'secret"])
@pytest.mark.parametrize("kind", Format)
def test_no_sentence_repeats_what_the_file_says(kind: Format, said: str) -> None:
    start = {Format.SMIS: "<smis>", Format.VIT: "<vit>", Format.CSV: '"\n'}.get(kind, "{")

    with pytest.raises(UnreadableFileError) as refused:
        parse_file(f"{start}{said}\n".encode() * 2 + b"\0", format=kind)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "document",
    [
        make_smis(f'name="bust_circ" value="{HUGE}"'),
        make_smis(f'name="bust_circ" value="{HUGE}/3"'),
        make_smis('name="bust_circ" value="1e999"'),
        make_smis('name="bust_circ" value="1e9999999"'),
        make_smis('name="bust_circ" value="-1e-400"'),
        make_smis('name="bust_circ" value="inf"'),
        make_smis('name="bust_circ" value="nan"'),
        b'{"measurements": {"chest": %s}}' % HUGE.encode(),
        b'{"measurements": {"chest": 1e999999999}}',
        b"measurements: {chest: 1e999999999}",
        b"measurements: {chest: .inf}",
        b"measurements: {chest: 0x7b}",
        b"chest,1e999999999,mm",
        b"chest," + b"9" * 100_000 + b",mm",
        b"chest,1e99,mm",
    ],
)
def test_numbers_that_are_none_for_a_body_are_left_out_soon(document: bytes) -> None:
    began = time.process_time()

    assert get_values(parse_file(document)) == {}
    assert time.process_time() - began < 2


def test_formulas_that_make_long_numbers_are_left_out_soon() -> None:
    long = f'name="@a" value="1.{"7" * 70}"'
    quotients = (f'name="@{n}" value="{"/@a*".join(["@a/3/7"] * 14)}"' for n in range(450))
    began = time.process_time()

    found = parse_file(make_smis(long, *quotients, 'name="bust_circ" value="@a*@a*@a/@a/@a*45"'))

    assert get_values(found) == {}
    assert time.process_time() - began < 2


def test_thousands_of_formulas_are_not_worked_out() -> None:
    products = (f'name="@{n}" value="{"*".join(["@a"] * 60)}"' for n in range(4_000))
    began = time.process_time()

    found = parse_file(
        make_smis(f'name="@a" value="{"9" * 150}"', *products, 'name="bust_circ" value="45*2"')
    )

    assert get_values(found) == {}
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "formula",
    [
        "2^" * 99 + "2",
        "-" * 199 + "1",
        "(" * 99 + "1" + ")" * 99,
        "max(" * 49 + "1",
        "1?" * 60 + "1" + ":1" * 60,
        "9^64^9",
        "exp(exp(exp(9)))",
        "sinh(1000)",
        "fmod(9^60;0.0000001)",
        "rint(9^60)*9^60*9^60",
        "9^-64*9^-64*9^-64*9^-64",
        "sum(" + ";".join("1" * 90) + ")",
    ],
)
def test_formulas_that_climb_come_to_an_end_soon(formula: str) -> None:
    lines = [f'name="@{n}" value="{formula}"' for n in range(500)]
    began = time.process_time()

    parse_file(make_smis(*lines))

    assert time.process_time() - began < 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_xml_is_read_in_every_encoding_that_it_may_have(encoding: str) -> None:
    text = make_smis('name="bust_circ" value="90"').decode().replace(' encoding="UTF-8"', "")

    assert get_values(parse_file(text.encode(encoding))) == {"chest": 900}


def test_xml_in_a_declared_encoding_is_read() -> None:
    text = make_smis('name="@Größe" value="90"').decode().replace("UTF-8", "iso-8859-1")

    assert [line.entry for line in parse_file(text.encode("iso-8859-1")).report] == ["@Größe"]


def test_long_and_invisible_names_are_shown_short() -> None:
    (line,) = parse_file(b'{"measurements": {"\\ud800\\u202e' + b"x" * 1_000 + b'": 1}}').report

    assert line.entry == "\N{REPLACEMENT CHARACTER}" * 2 + "x" * 38 + "…"


def get_error(document: bytes, kind: Format | None, options: ImportOptions | None = None) -> str:
    try:
        return repr(parse_file(document, format=kind, options=options))
    except UnreadableFileError as refused:
        return str(refused)


@given(st.binary(max_size=200), st.sampled_from([None, *Format]))
@example(b"{", Format.CSV)
@example(b'"', Format.CSV)
@example(b"\r", Format.CSV)
@example(b"<", None)
@example(b"- :", None)
def test_whatever_comes_is_read_or_refused(document: bytes, kind: Format | None) -> None:
    assert get_error(document, kind)


PIECES = [
    '"', "'", "{", "}", "[", "]", ":", ",", ";", "\n", "- ", "measurements", "measies", "chest",
    "people", "sets", "1", "null", "<smis>", "</smis>", "<m ", 'name="bust_circ"', "/>", "&", "*a",
    "breasts", "true", "&#0;", "  ", "\t", "# ", "shoulderSlope", "=", "e5", "\\u", "\ud7ff",
    "waist", "value", "unit", "cm", "name", "(in)", "<vst>", "</vst>", '<size base="50"/>',
    "<body-measurements>", "</body-measurements>", 'base="9"', "in inches", "\u0661\u066b\u0665", "½",
]  # fmt: skip
TREES = st.recursive(
    st.sampled_from([None, True, 1, -0.5, "", "chest", "1", "16 1/2 in", "cm", "id"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "models",
                    "items",
                    "profile",
                    "sessions",
                    "measurements",
                    "hidden",
                    "entered",
                    "own_values",
                    "based_on",
                    "id",
                    "name",
                    "breasts",
                    "avatar",
                    "avatar_webp",
                    "picture_webp",
                    "text",
                    "unit",
                    "value",
                    "chest",
                    "neck",
                    "entry",
                    "body",
                    "bust",
                    "waist",
                    "hips",
                    "volume_params",
                    "low_hips",
                    "bust_cm",
                    "waist_cm",
                    "hip_cm",
                    "sets",
                    "measies",
                    "bio",
                    "social_accounts",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=30,
)


@given(TREES)
def test_trees_with_the_keys_of_all_kinds_are_read_or_refused(tree: object) -> None:
    document = json.dumps(tree).encode()
    asked = ImportOptions(unit=MeasurementUnit.CM, profile=True)

    assert get_error(document, Format.FREESEWING, asked)


@given(
    st.text(alphabet="abu+-*/^()<>=?:;.,1920 &|_@", max_size=200)
    | st.lists(st.sampled_from(["sqrt(", "max(", "-", "^", "9", ";", ")", "a", "? ", ":"])).map(
        "".join
    )
)
def test_formulas_of_any_characters_have_a_value_or_none(text: str) -> None:
    try:
        value = evaluate(text, {"a": Fraction(90)})
    except FormulaError:
        value = Fraction(0)

    assert is_short(value)


@given(
    st.binary(max_size=100), st.lists(st.sampled_from([b'"a_webp":"', b'"', b"_webp", b": ", b"x"]))
)
def test_cutting_pictures_loses_nothing(start: bytes, pieces: list[bytes]) -> None:
    document = start + b"".join(pieces)

    rest, pictures = cut_pictures(document)

    assert len(rest) - sum(len(b"%d" % n) for n in range(1, len(pictures) + 1)) == len(
        document
    ) - sum(map(len, pictures))
    assert not any(b'"' in picture for picture in pictures)


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([None, *Format]))
def test_pieces_in_any_order_are_read_or_refused(pieces: list[str], kind: Format | None) -> None:
    assert get_error("".join(pieces).encode(), kind)
