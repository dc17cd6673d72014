"""A table small enough to write down what its files hold."""

from datetime import UTC, datetime

from dressform.opendata.files.edition_info import EditionInfo, Publisher
from dressform.opendata.resources import Field, Resource

SMALL = Resource(
    name="small",
    title="A small table",
    description="With every type, and with nothing.",
    fields=(
        Field("words", "string", "Some words."),
        Field("length", "integer", "A length.", "mm"),
        Field("share", "number", "A share."),
        Field("breasts", "boolean", "Whether there are."),
    ),
    rows=[('with "quotes", and a comma', 1_000_000, 0.1, True), ("é", None, -2.0, False)],
)

ABOUT = EditionInfo(
    edition="2027",
    years=(2027,),
    published=datetime(2027, 3, 1, tzinfo=UTC),
    codebook="core",
    count=2_345,
    publisher=Publisher("Sewing Example", "https://data.sewing.example"),
    privacy={},
    version="0.1.0",
)
