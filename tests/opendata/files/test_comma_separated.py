from dataclasses import replace

from dressform.opendata.files.csv_file import comma_separated
from tests.opendata.files.small import SMALL


def test_every_type_is_written_as_rfc_4180_and_table_schema_have_it() -> None:
    assert (
        comma_separated(SMALL).content.decode() == "words,length,share,breasts\r\n"
        '"with ""quotes"", and a comma",1000000,0.1,true\r\n'
        "é,,-2.0,false\r\n"
    )


def test_a_table_without_rows_has_its_header() -> None:
    assert comma_separated(replace(SMALL, rows=[])).content == b"words,length,share,breasts\r\n"
