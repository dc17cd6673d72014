import re
from xml.etree import ElementTree as ET

import pytest

from dressform.opendata.charts import quantiles
from dressform.opendata.draws import Together
from dressform.opendata.files import File
from dressform.opendata.population import groups
from dressform.opendata.resources import records
from dressform.sewing.catalogue import CATALOGUE
from tests.opendata.files.simulated import RARE

Pictures = dict[str, ET.Element]

SVG = "{http://www.w3.org/2000/svg}"
KNOWN = {"svg", "title", "desc", "style", "text", "path", "circle", "rect"}
CHARACTER = 0.56
"""Of the size of letters: how broad one is at most, on average."""


@pytest.fixture
def pictures(edition: dict[str, File]) -> Pictures:
    return {
        name: ET.fromstring(file.content) for name, file in edition.items() if name.endswith(".svg")
    }


def words(picture: ET.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def test_there_is_one_of_each_measurement_and_two_of_all(
    draw: Together, pictures: Pictures
) -> None:
    of_each = {f"distributions-{name}.svg" for name in draw.codebook.names if name != RARE}

    assert set(pictures) == of_each | {"quantiles.svg", "correlations.svg"}


def test_nothing_in_them_runs_or_is_fetched(edition: dict[str, File], pictures: Pictures) -> None:
    for name, picture in pictures.items():
        text = edition[name].content.decode().replace('xmlns="http://www.w3.org/2000/svg"', "")

        assert {element.tag.removeprefix(SVG) for element in picture.iter()} <= KNOWN
        assert not re.search(r"https?:|href|url\(|@import|<!|<\?|\son\w+=", text)


def test_each_has_a_title_and_says_what_it_shows(pictures: Pictures) -> None:
    for picture in pictures.values():
        title, description = picture[0], picture[1]

        assert picture.get("role") == "img"
        assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
        assert title.text
        assert len(description.text or "") > 30


def test_its_style_is_held_to_it_and_has_a_dark_side(pictures: Pictures) -> None:
    for picture in pictures.values():
        style = picture.findtext(f"{SVG}style") or ""
        rules = re.findall(r"([^{}]+)\{(?!\.)", style.replace("}}", "}"))

        assert "prefers-color-scheme:dark" in style
        assert all(".dressform-chart" in rule for rule in rules)


def test_no_words_reach_over_the_edge(pictures: Pictures) -> None:
    for name, picture in pictures.items():
        width, height = map(float, (picture.get("viewBox") or "").split()[2:])
        for each in picture.iter(f"{SVG}text"):
            text = each.text or ""
            if each.get("transform"):
                left, right = float(each.get("y", "")) - room(each), float(each.get("y", ""))
                assert 0 <= left < right <= height, (name, text)
            else:
                left, right = extent(each)
                assert 0 <= left < right <= width, (name, text)


def room(each: ET.Element) -> float:
    size = 9.5 if "cell" in each.get("class", "") else float(each.get("font-size", "13"))
    return CHARACTER * size * len(each.text or "")


def extent(each: ET.Element) -> tuple[float, float]:
    x, wide = float(each.get("x", "")), room(each)
    anchor = "middle" if "cell" in each.get("class", "") else each.get("text-anchor", "start")
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * wide
    return left, left + wide


def test_a_distribution_tells_the_medians_in_cm(draw: Together, pictures: Pictures) -> None:
    for row in records(quantiles(draw.codebook, groups(draw))):
        if row["flag"] != "both" and row["measurement"] != RARE:
            shown = words(pictures[f"distributions-{row['measurement']}.svg"])
            told = next(text for text in shown if text.startswith("median"))
            medians = {text for text in shown if text.startswith("median")}

            assert any(near(text, row) for text in medians), (told, row)


def near(text: str, row: dict[str, object]) -> bool:
    number = float(re.findall(r"[\d.]+", text)[0])
    return abs(number * (10 if row["unit"] == "mm" else 1) - float(str(row["p50"]))) < 0.51


def test_a_distribution_has_a_curve_and_dots_for_each_flag(
    draw: Together, pictures: Pictures
) -> None:
    for item in (each for each in draw.codebook.items if each.name != RARE):
        looks = [
            (element.get("class") or "").split()
            for element in pictures[f"distributions-{item.name}.svg"].iter()
        ]
        drawn = {flag for look in looks for flag in ("one", "other") if flag in look}

        assert drawn == {
            {"with_breasts": "one", "without_breasts": "other"}[f] for f in item.centre
        }
        for flag in drawn:
            assert [flag, "area"] in looks
            assert looks.count([flag, "dot"]) >= 5


def test_the_overview_tells_every_measurement_and_its_medians(
    draw: Together, pictures: Pictures
) -> None:
    shown = words(pictures["quantiles.svg"])
    for name in set(draw.codebook.names) - {RARE}:
        assert CATALOGUE[name].label["en"] in shown
    medians = [text for text in shown if re.fullmatch(r"\d+\.\d°?", text)]

    rows = records(quantiles(draw.codebook, groups(draw)))
    clear = [row for row in rows if row["flag"] != "both" and row["p95"] and row["p05"]]
    assert len(medians) == len(clear)


def test_the_heatmap_has_a_cell_for_every_pair_and_flag(
    draw: Together, edition: dict[str, File], pictures: Pictures
) -> None:
    rows = told(edition)
    cells = [
        int((each.text or "").replace("\N{MINUS SIGN}", "-"))
        for each in pictures["correlations.svg"].iter(f"{SVG}text")
        if "cell" in each.get("class", "")
    ]

    assert cells == [round(float(row.split(",")[3]) * 100) for row in rows]


def told(edition: dict[str, File]) -> list[str]:
    """The rows with a correlation that noise does not hide."""
    rows = edition["correlations.csv"].content.decode().splitlines()[1:]
    return [row for row in rows if not row.endswith(",,")]


def test_the_heatmap_has_one_flag_on_either_side_of_the_diagonal(
    edition: dict[str, File], pictures: Pictures
) -> None:
    rows = told(edition)
    squares = [
        each
        for each in pictures["correlations.svg"].iter(f"{SVG}rect")
        if each.get("class") in ("with", "against")
    ]
    places = [(float(each.get("x", "")), float(each.get("y", ""))) for each in squares]
    left, top = (min(each) for each in zip(*places, strict=True))
    for row, (x, y) in zip(rows, places, strict=False):
        assert (y - top > x - left) is row.startswith("with_breasts")
