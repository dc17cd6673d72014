"""A whole edition, of simulated people and real noise, and the folder of who downloads it."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from dressform.opendata import sums
from dressform.opendata.codebook import FULL, SMALL, Codebook
from dressform.opendata.draws import CombinedDraws, Draw, combine
from dressform.opendata.files import File, build_edition_files
from dressform.opendata.files.edition_info import Publisher
from dressform.opendata.noise import add_noise
from tests.opendata.files.simulated import contributions

PUBLISHER = Publisher("Sewing Example", "https://data.sewing.example")
HOME = "https://data.sewing.example/v1/dataset/editions/2027/files/"
PAGE = "https://data.sewing.example/dataset/2027"
ARCHIVE = "open-body-measurements-2027.zip"
CHECK = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
AT = datetime(2027, 3, 1, tzinfo=UTC)


def drawn(codebook: Codebook, *years: int) -> CombinedDraws:
    draws = []
    for year in years:
        flags, values = contributions(codebook, 6_000, seed=year)
        exact = sums.compute_sums(codebook, flags, values, np.random.default_rng(year))
        draws.append(Draw(year, codebook, add_noise(codebook, exact), 6_000, AT))
    return combine(draws)


def written(drawn: CombinedDraws) -> list[File]:
    return build_edition_files(drawn, published=AT, publisher=PUBLISHER, version="0.1.0")


@pytest.fixture(scope="session", params=[SMALL, FULL], ids=["small", "full"])
def draw(request: pytest.FixtureRequest) -> CombinedDraws:
    return drawn(request.param, 2027)


@pytest.fixture(scope="session")
def edition(draw: CombinedDraws) -> dict[str, File]:
    return {file.name: file for file in written(draw)}


@pytest.fixture(scope="session")
def published(edition: dict[str, File], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed: `folder` is."""
    return downloaded(edition, tmp_path_factory.mktemp("published"))


@pytest.fixture
def folder(edition: dict[str, File], tmp_path: Path) -> Path:
    return downloaded(edition, tmp_path)


def downloaded(edition: dict[str, File], folder: Path) -> Path:
    for file in edition.values():
        (folder / file.name).write_bytes(file.content)
    return folder
