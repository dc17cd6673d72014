import re

import pytest

from dressform.sewing.formats import Format, NotReadableError, read, written


def test_it_opens_in_a_spreadsheet() -> None:
    assert written(Format.CSV, {"chest": 1104.9, "shoulderSlope": 13}, breasts=True) == (
        b"measurement,value,unit\r\nbreasts,true,\r\nchest,1104.9,mm\r\nshoulderSlope,13,deg\r\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "chest,925\nneck,340",
        "measurement;value;unit\r\nchest;92,5;cm\r\nneck;34;cm\r\n",
        "name\tvalue\nchest\t925\n\nneck\t340 mm\n",
        'chest,"92,5",cm\nneck,34 cm',
        "neckCircumference;340\nchest;925\n",
    ],
)
def test_what_spreadsheets_make_of_it_is_read(text: str) -> None:
    assert read(text.encode(), Format.CSV).bodies[0].measurements == {"chest": 925, "neck": 340}


def test_inches_are_read_as_people_write_them() -> None:
    (body,) = read(b'chest,43 1/2,in\nneck,16\xc2\xbd in\nwaist,1 2 3,in\nhips,"1,105"\n').bodies

    assert body.measurements == {"chest": 1104.9, "neck": 419.1, "hips": 1.105}
    assert [(line.number, line.reason) for line in body.lines] == [
        (1, None),
        (2, None),
        (3, "not understood"),
        (4, None),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("chest\nneck,340", "line 1: expected a name and a value"),
        ("measurement,value\n", "expected lines such as `chest,1105,mm`"),
        ('chest,"925', "line 1: not valid CSV"),
    ],
)
def test_what_is_no_table_is_told(text: str, said: str) -> None:
    with pytest.raises(NotReadableError, match=re.escape(said)):
        read(text.encode(), Format.CSV)
