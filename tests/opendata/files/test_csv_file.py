from dataclasses import replace

from dressform.opendata.files.csv_file import build_csv
from tests.opendata.files.small import SMALL


def test_every_type_is_written_as_rfc_4180_and_table_schema_have_it() -> None:
    assert (
        build_csv(SMALL).content.decode() == "words,length,share,breasts\r\n"
        '"with ""quotes"", and a comma",1000000,0.1,true\r\n'
        "é,,-2.0,false\r\n"
    )


def test_a_table_without_rows_has_its_header() -> None:
    assert build_csv(replace(SMALL, rows=[])).content == b"words,length,share,breasts\r\n"
