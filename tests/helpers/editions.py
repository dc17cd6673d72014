"""An edition as the tests publish it: the real way, with files that are made up."""

import json
import random
from dataclasses import replace
from html import escape

from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.editions import Edition, EditionFile, Editions

EDITION = Edition("2027", "core", 2431)


def _people(rows: int) -> bytes:
    dice = random.Random(2027)
    lines = (f"{dice.choice(('true', 'false'))},{dice.randint(300, 450)}" for _ in range(rows))
    return "\r\n".join(["breasts,neck", *lines, ""]).encode()


def _picture(title: str) -> bytes:
    bars = "".join(
        f'<rect x="{10 + 24 * n}" y="{110 - 20 * min(n, 10 - n)}" width="20" '
        f'height="{20 * min(n, 10 - n)}" class="bar"/>'
        for n in range(11)
    )
    told = escape(title)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="140" viewBox="0 0 300 140">'
        f"<title>{told}</title><style>.bar {{ fill: #8a3f5c }}</style>"
        f'{bars}<text x="10" y="130">{told}</text></svg>'
    ).encode()


PEOPLE = _people(100_000)
"""Nearly a megabyte: more than is held of a file at a time."""


def _file(name: str, media_type: str, title: str, content: bytes | None = None) -> EditionFile:
    return EditionFile(name, media_type, title, content or f"{name}\n".encode())


def _table(name: str, title: str, content: bytes | None = None) -> tuple[EditionFile, EditionFile]:
    return (
        _file(f"{name}.csv", "text/csv", title, content),
        _file(f"{name}.parquet", "application/vnd.apache.parquet", title),
    )


def _drawing(name: str, title: str, french: str) -> tuple[EditionFile, EditionFile]:
    return (
        _file(f"{name}.en.svg", "image/svg+xml", title, _picture(title)),
        _file(f"{name}.fr.svg", "image/svg+xml", french, _picture(french)),
    )


def _package() -> bytes:
    fields = {
        "people": ["id", "breasts", "neck", "waist"],
        "correlations": ["flag", "a", "b", "correlation", "standard_error"],
    }
    tables = [
        {"name": name, "schema": {"fields": [_field(each) for each in names]}}
        for name, names in fields.items()
    ]
    return json.dumps({"resources": tables}).encode()


def _field(name: str) -> dict[str, str]:
    uow = {"unit": "mm"} if name in ("neck", "waist") else {}
    return {"name": name, "type": "integer", "description": "What it is.", **uow}


FILES = (
    *_table("people", "10,000 synthetic people", PEOPLE),
    *_table("quantiles", "Quantiles of each measurement"),
    *_table("correlations", "How each two measurements go together"),
    *_table("sizes", "Size charts"),
    *_table("flags", "How many bodies have breasts, with noise"),
    *_table("histograms", "Histograms, with noise"),
    *_table("pair_counts", "How many people gave both of two measurements, with noise"),
    *_table("second_moments", "Second moments, with noise"),
    *_table("codebook", "Bounds, centres, scales and bins"),
    _file("datapackage.json", "application/json", "The tables, for programs", _package()),
    _file("croissant.json", "application/ld+json", "The tables, for machine learning", b"{}"),
    _file("privacy.json", "application/json", "What was spent, and how", b"{}"),
    _file("README.md", "text/markdown; charset=utf-8", "What this is", "# Édition 2027\n".encode()),
    _file("LICENSE", "text/plain", "CC0-1.0"),
    _file("SHA256SUMS", "text/plain", "Checksums of the other files"),
    _file("open-body-measurements-2027.zip", "application/zip", "All files in one archive"),
    *_drawing(
        "distributions-chest",
        "Distribution of chest, in mm: most lie from 850 to 1,050",
        "Distribution : tour de poitrine",
    ),
    *_drawing(
        "distributions-neck",
        "Distribution of neck & its “spread” <in mm>",
        "Distribution : tour de cou",
    ),
    *_drawing("quantiles", "Quantiles of lengths", "Quantiles des longueurs"),
)

NAMES = sorted(file.name for file in FILES)


def content_of(name: str) -> bytes:
    return next(file.content for file in FILES if file.name == name)


async def publish_edition(uows: UnitOfWorkFactory, name: str = EDITION.name) -> None:
    async with uows.transaction() as uow:
        await Editions(uow).publish(replace(EDITION, name=name), FILES)


async def record_draw(uows: UnitOfWorkFactory, year: int, codebook: str | None) -> None:
    """Store a finished draw of 1432 accounts."""
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text(
                "INSERT INTO dataset_draw (year, proposed_at, drawn_at, count, codebook) "
                "VALUES (:year, now(), now(), 1432, :codebook)"
            ),
            {"year": year, "codebook": codebook},
        )
