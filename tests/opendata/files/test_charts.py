import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from dressform.opendata import sums
from dressform.opendata.codebook import CORE
from dressform.opendata.distributions import build_distributions
from dressform.opendata.draws import CombinedDraws, Draw, combine
from dressform.opendata.edition import build_tables
from dressform.opendata.files import File
from dressform.opendata.files.charts.distribution import DistributionChart
from dressform.opendata.files.charts.heatmap import CorrelationHeatmap
from dressform.opendata.files.charts.overview import OverviewChart
from dressform.opendata.files.charts.text_width import fit_size, measure_text, wrap_text
from dressform.opendata.files.charts.texts import LANGUAGES
from dressform.opendata.noise import add_noise
from dressform.opendata.population import estimate_groups
from dressform.opendata.resources import to_records
from dressform.opendata.summary_tables import build_quantiles
from dressform.sewing.catalogue import CATALOGUE
from tests.helpers.browser import needs_chromium, open_browser
from tests.opendata.files.conftest import AT, written
from tests.opendata.files.simulated import RARE, contributions

Pictures = dict[str, ET.Element]

SVG = "{http://www.w3.org/2000/svg}"
MINUS = "\N{MINUS SIGN}"
KNOWN = {"svg", "title", "desc", "style", "text", "path", "circle", "rect"}


@pytest.fixture
def pictures(edition: dict[str, File]) -> Pictures:
    return {
        name: ET.fromstring(file.content) for name, file in edition.items() if name.endswith(".svg")
    }


def words(picture: ET.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def test_there_is_one_of_each_measurement_and_two_of_all_in_each_language(
    draw: CombinedDraws, pictures: Pictures
) -> None:
    stems = {
        "quantiles",
        "correlations",
        *(f"distributions-{name}" for name in draw.codebook.names if name != RARE),
    }

    assert set(pictures) == {f"{stem}.{each}.svg" for stem in stems for each in ("en", "fr")}


def test_its_title_is_in_its_language(edition: dict[str, File], pictures: Pictures) -> None:
    for name in ("waist", "seat"):
        for language in ("en", "fr"):
            file = f"distributions-{name}.{language}.svg"
            label = CATALOGUE[name].label[language]

            assert pictures[file].get("lang") == language
            assert words(pictures[file])[0] == label
            assert edition[file].title.endswith(label)


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
    look = each.get("class", "").split()
    size = 9.5 if "cell" in look else float(each.get("font-size", "13"))
    return measure_text(each.text or "", size, bold="strong" in look)


def extent(each: ET.Element) -> tuple[float, float]:
    x, wide = float(each.get("x", "")), room(each)
    anchor = "middle" if "cell" in each.get("class", "") else each.get("text-anchor", "start")
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * wide
    return left, left + wide


def test_a_line_is_broken_before_it_is_too_wide() -> None:
    lines = wrap_text("Bande : de 5 % à 95 % des personnes, la moitié du milieu", 10, 90)

    assert " ".join(lines) == "Bande : de 5 % à 95 % des personnes, la moitié du milieu"
    assert all(measure_text(line, 10) <= 90 for line in lines)
    assert not any(line.startswith((":", "%")) for line in lines)


def test_a_title_that_is_too_wide_is_smaller() -> None:
    title = "De la pointe du sein au dessous de poitrine"
    size = fit_size(title, 22, 300, bold=True)

    assert fit_size("Chest", 22, 300, bold=True) == 22
    assert measure_text(title, size, bold=True) == pytest.approx(300)


@needs_chromium
@pytest.mark.slow
async def test_in_a_browser_no_word_is_cut_off_or_lies_on_another(
    edition: dict[str, File], tmp_path: Path
) -> None:
    names = [name for name in edition if name.endswith(".svg")]
    inline = "".join(edition[name].content.decode() for name in names)
    (tmp_path / "all.html").write_text(f"<!doctype html><meta charset=utf-8>{inline}")
    async with open_browser(tmp_path / "profile") as page:
        await page.visit(f"file://{tmp_path}/all.html")
        await page.wait_until(f"document.querySelectorAll('svg').length === {len(names)}")
        wrong = await page.run(MISPLACED_WORDS)

    assert wrong == []


MISPLACED_WORDS = """
[...document.querySelectorAll('svg')].flatMap((picture) => {
  const edge = picture.getBoundingClientRect()
  const words = [...picture.querySelectorAll('text')].map((one) => [one, one.getBoundingClientRect()])
  const outside = words.filter(([, at]) =>
    at.left < edge.left || at.right > edge.right || at.top < edge.top || at.bottom > edge.bottom)
  const shrink = 1.5
  const meet = (a, b) => a.left + shrink < b.right && b.left + shrink < a.right
    && a.top + shrink < b.bottom && b.top + shrink < a.bottom
  const straight = words.filter(([one]) => !one.classList.contains('cell'))
  const over = straight.filter(([, a], place) =>
    straight.slice(place + 1).some(([, b]) => meet(a, b)))
  return [...outside, ...over].map(([one]) => `${picture.firstChild.textContent}: ${one.textContent}`)
})
"""


def test_what_is_noise_alone_has_no_curve_and_no_median() -> None:
    """Thirty people without breasts: their histogram is noise."""
    flags, values = contributions(CORE, 4_000, seed=3)
    flags[:30], flags[30:] = 1, 0
    exact = sums.compute_sums(CORE, flags, values, np.random.default_rng(3))
    drawn = combine([Draw(2027, CORE, add_noise(CORE, exact), 4_000, AT)])
    made = {file.name: ET.fromstring(file.content) for file in written(drawn) if "svg" in file.name}
    waist = made["distributions-waist.en.svg"]

    assert [
        look for look in looks_of(waist) if look in (["other", "area"], ["other", "line"])
    ] == []
    assert ["one", "area"] in looks_of(waist)
    assert "not published, as too few gave it" in words(waist)
    assert [text for text in words(waist) if "median" in text and "cm ·" in text] == [
        text for text in words(waist) if text.startswith("median 8")
    ]
    assert "\N{EN DASH}" in words(made["quantiles.en.svg"])


def looks_of(picture: ET.Element) -> list[list[str]]:
    return [(element.get("class") or "").split() for element in picture.iter()]


def test_of_a_flag_that_is_not_published_only_that_is_said(draw: CombinedDraws) -> None:
    whole = next(
        each for each in build_distributions(draw, estimate_groups(draw)) if each.name == "waist"
    )
    spread = replace(whole, flags={"with_breasts": whole.flags["with_breasts"]})

    picture = ET.fromstring(DistributionChart(spread, LANGUAGES["en"]).draw().content)

    assert "not published, as too few gave it" in words(picture)
    assert not any("other" in look for look in looks_of(picture) if "strong" not in look)
    assert looks_of(picture).count(["noise"]) == 1


def test_a_curve_is_drawn_only_above_the_noise(draw: CombinedDraws, pictures: Pictures) -> None:
    picture = pictures["distributions-waist.en.svg"]
    bands = [each for each in picture.iter(f"{SVG}rect") if each.get("class") == "noise"]
    curves = [
        each.get("d", "")
        for each in picture.iter(f"{SVG}path")
        if each.get("class") in ("one line", "other line") and "Q" in each.get("d", "")
    ]

    assert len(bands) == len(curves) == 2
    for band, curve in zip(bands, curves, strict=True):
        lowest = max(float(y) for y in re.findall(r"[MQ ][\d.]+ ([\d.]+)", curve))
        assert lowest <= float(band.get("y", "")) + 0.2


def test_a_distribution_tells_the_medians_in_cm(draw: CombinedDraws, pictures: Pictures) -> None:
    for row in to_records(build_quantiles(draw.codebook, estimate_groups(draw))):
        if row["flag"] != "both" and row["measurement"] != RARE:
            shown = words(pictures[f"distributions-{row['measurement']}.en.svg"])
            medians = {text for text in shown if text.startswith("median")}

            assert any(near(text, row) for text in medians), (medians, row)


def near(text: str, row: dict[str, object]) -> bool:
    number = float(re.findall(r"[\d.]+", text)[0])
    return abs(number * (10 if row["unit"] == "mm" else 1) - float(str(row["p50"]))) < 0.51


FLAG_OF = {"one": "with_breasts", "other": "without_breasts"}


def test_a_distribution_has_a_curve_and_dots_for_each_flag(
    draw: CombinedDraws, pictures: Pictures
) -> None:
    """A dot is a bin with more than two standard deviations of the noise: how many follows from it."""
    found = {spread.name: spread for spread in build_distributions(draw, estimate_groups(draw))}
    for item in (each for each in draw.codebook.items if each.name != RARE):
        looks = looks_of(pictures[f"distributions-{item.name}.en.svg"])
        drawn = {flag for look in looks for flag in ("one", "other") if flag in look}

        assert drawn == {
            {"with_breasts": "one", "without_breasts": "other"}[f] for f in item.centre
        }
        for flag in drawn:
            assert [flag, "area"] in looks
            seen = found[item.name].flags[FLAG_OF[flag]]
            above = sum(count > 2 * seen.count_error for count in seen.counts)
            assert above >= 3
            # Noise makes some far out of view.
            assert above / 2 <= looks.count([flag, "dot"]) <= above


def test_the_overview_tells_every_measurement_and_its_medians(
    draw: CombinedDraws, pictures: Pictures
) -> None:
    shown = words(pictures["quantiles.en.svg"])
    for name in set(draw.codebook.names) - {RARE}:
        assert CATALOGUE[name].label["en"] in shown
    medians = [text for text in shown if re.fullmatch(r"\d+\.\d°?", text)]

    rows = to_records(build_quantiles(draw.codebook, estimate_groups(draw)))
    clear = [row for row in rows if row["flag"] != "both" and row["p95"] and row["p05"]]
    assert len(medians) == len(clear)


def test_the_heatmap_has_a_cell_for_every_pair_and_flag(
    draw: CombinedDraws, edition: dict[str, File], pictures: Pictures
) -> None:
    rows = told(edition)
    cells = [
        int((each.text or "").replace("\N{MINUS SIGN}", "-"))
        for each in pictures["correlations.en.svg"].iter(f"{SVG}text")
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
    cells = [
        each
        for each in pictures["correlations.en.svg"].iter(f"{SVG}text")
        if "cell" in each.get("class", "")
    ]
    places = [(float(each.get("x", "")), float(each.get("y", ""))) for each in cells]
    left, top = (min(each) for each in zip(*places, strict=True))
    for row, (x, y) in zip(rows, places, strict=False):
        assert (y - top > x - left) is row.startswith("with_breasts")


def test_a_correlation_has_a_colour_only_where_it_is_more_than_its_noise(
    draw: CombinedDraws, pictures: Pictures
) -> None:
    cells = [
        "quiet" not in each.get("class", "").split()
        for each in pictures["correlations.en.svg"].iter(f"{SVG}text")
        if "cell" in each.get("class", "")
    ]
    rows = next(to_records(each) for each in build_tables(draw) if each.name == "correlations")
    expected = [
        abs(row["correlation"]) > 2 * row["standard_error"]
        for row in rows
        if row["correlation"] is not None
    ]

    assert cells == expected


def test_what_a_table_leaves_empty_is_hatched_or_a_dash(draw: CombinedDraws) -> None:
    tables = {each.name: to_records(each) for each in build_tables(draw)}
    for row in tables["correlations"]:
        row.update({"correlation": 0.5, "standard_error": 0.1})
    for row in tables["correlations"][:7]:
        row["correlation"] = None
    rows = [row for row in tables["quantiles"] if row["p95"] and row["p05"]]
    for row in rows[:1]:
        row.update(dict.fromkeys((name for name in row if re.fullmatch(r"p\d\d", name)), None))
    clear = {(row["measurement"], row["flag"]) for row in rows}
    english = LANGUAGES["en"]

    picture = ET.fromstring(CorrelationHeatmap(tables["correlations"], english).draw().content)
    strips = words(ET.fromstring(OverviewChart(rows, clear, english).draw().content))

    numbers = [text for text in words(picture) if re.fullmatch(rf"{MINUS}?\d+", text)]
    assert len(numbers) == len(tables["correlations"]) - 7
    assert looks_of(picture).count(["hatch"]) == 7
    assert strips.count("\N{EN DASH}") == 1
