"""Malicious or damaged files: each is rejected quickly with one clear sentence."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dressform.sewing.formats import MAX_FILE_BYTES, Format, UnreadableFileError, parse_file
from tests.sewing.formats.samples import get_values, make_smis

BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE smis [\n<!ENTITY a "aaaaaaaaaa">\n'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<smis><notes>&b;</notes></smis>'
)
EXTERNAL = '<!DOCTYPE smis SYSTEM "file:///etc/passwd"><smis/>'
ALIASES = "a: &a [x, x]\nb: &b [*a, *a]\nmeasurements: {chest: *b}"
MANY = b'{"measies": {%s}}' % b", ".join(b'"x%d": 1' % n for n in range(84))
HUGE = "9" * 1_000_000


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


def get_error(document: bytes, kind: Format | None) -> str:
    try:
        return repr(parse_file(document, format=kind))
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
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([None, *Format]))
def test_pieces_in_any_order_are_read_or_refused(pieces: list[str], kind: Format | None) -> None:
    assert get_error("".join(pieces).encode(), kind)
