"""What anybody reads of the open dataset."""

from datetime import UTC, datetime
from hashlib import sha256
from math import exp, sqrt
from statistics import NormalDist
from typing import Any

import httpx
import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.editions import FILES, NAMES, publish_edition, record_draw

PATH = "/v1/dataset"
BELOW = NormalDist().cdf


async def read(client: httpx.AsyncClient, path: str = PATH, **params: str) -> dict[str, Any]:
    response = await client.get(path, params=params)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_before_the_first_edition_there_are_not_enough_people(
    client: httpx.AsyncClient,
) -> None:
    answer = await read(client)

    assert answer["state"] == "insufficient_contributors"
    assert answer["sentence"].startswith("Not enough people yet")
    assert answer["editions"] == []
    assert answer["licence"]["id"] == "CC0-1.0"
    assert answer["gates"] == [
        {"codebook": "small", "people": 500, "measurements": 8},
        {"codebook": "core", "people": 2000, "measurements": 20},
        {"codebook": "full", "people": 5000, "measurements": 38},
    ]


@pytest.mark.parametrize(
    ("at", "following"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "2027-03-01T00:00:00Z"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2027-03-01T00:00:00Z"),
        (datetime(2027, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC), "2027-03-01T00:00:00Z"),
        (datetime(2027, 3, 1, tzinfo=UTC), "2028-03-01T00:00:00Z"),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), "2028-03-01T00:00:00Z"),
    ],
)
async def test_the_next_date_is_the_next_first_of_march(
    client: httpx.AsyncClient, clock: MovableClock, at: datetime, following: str
) -> None:
    clock.at = at

    assert (await read(client))["next_date"] == following


def delta(mu: float, epsilon: float) -> float:
    """Of Gaussian differential privacy (Balle and Wang 2018, theorem 5)."""
    return BELOW(mu / 2 - epsilon / mu) - exp(epsilon) * BELOW(-mu / 2 - epsilon / mu)


async def test_the_numbers_of_the_guarantee_say_the_same(client: httpx.AsyncClient) -> None:
    """Worked out here once more from rho alone, to the digits that are given."""
    told = (await read(client))["guarantee"]

    mu = sqrt(2 * told["rho"])
    points = 100 * (2 * BELOW(mu / 2) - 1)
    assert (told["unit"], told["times"], told["rho"]) == ("account", 1, 0.0676)
    assert mu <= told["mu"] < mu + 0.001
    assert points <= told["max_advantage_percent"] < points + 0.1
    assert 50 + points / 2 <= told["max_accuracy_percent"] < 50 + points / 2 + 0.1
    assert {pair["delta"] for pair in told["pairs"]} == {1e-6, 1e-9}
    for pair in told["pairs"]:
        assert delta(mu, pair["epsilon"]) <= pair["delta"]
        assert delta(mu, pair["epsilon"] - 0.01) > pair["delta"]


async def test_words_say_the_numbers(client: httpx.AsyncClient) -> None:
    english, french = [(await read(client, language=each)) for each in ("en", "fr")]

    said = english["guarantee"]
    assert f"at most {said['max_advantage_percent']} points" in said["sentence"]
    assert f"at most {said['max_accuracy_percent']} of 100" in said["sentence"]
    assert "14,6 points" in french["guarantee"]["sentence"]
    assert "57,3 fois sur 100" in french["guarantee"]["sentence"]
    assert (english["language"], french["language"]) == ("en", "fr")
    for name in ("about", "sentence"):
        assert english[name] != french[name]


async def test_editions_are_listed_with_links(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    await record_draw(uows, 2027, "core")
    await publish_edition(uows)
    clock.advance(days=366)
    await publish_edition(uows, "2027-2028")

    answer = await read(client)

    assert answer["state"] == "published"
    assert [edition["name"] for edition in answer["editions"]] == ["2027-2028", "2027"]
    assert answer["editions"][1] == {
        "name": "2027",
        "published_at": "2026-03-01T00:00:00Z",
        "codebook": "core",
        "people": 2431,
        "href": "/v1/dataset/editions/2027",
        "page": "/dataset/2027",
    }
    for edition in answer["editions"]:
        assert (await read(client, edition["href"]))["name"] == edition["name"]
        assert (await client.get(edition["page"])).status_code == 200


async def test_a_year_of_too_few_says_so_beside_what_is_published(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await record_draw(uows, 2027, "core")
    await publish_edition(uows)
    await record_draw(uows, 2028, None)

    answer = await read(client)

    assert answer["state"] == "insufficient_contributors"
    assert len(answer["editions"]) == 1


async def test_an_edition_lists_its_files(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory
) -> None:
    await publish_edition(uows)

    answer = await read(client, "/v1/dataset/editions/2027")

    assert [file["name"] for file in answer["files"]] == NAMES
    told = {file["name"]: file for file in answer["files"]}
    for file in FILES:
        assert told[file.name] == {
            "name": file.name,
            "title": file.title,
            "media_type": file.media_type,
            "size": len(file.content),
            "sha256": sha256(file.content).hexdigest(),
            "href": f"/v1/dataset/editions/2027/files/{file.name}",
        }
        assert (await client.get(told[file.name]["href"])).content == file.content


@pytest.mark.parametrize("path", [PATH, "/v1/dataset/editions/2027"])
async def test_any_page_may_load_it(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, path: str
) -> None:
    await publish_edition(uows)

    headers = (await client.get(path, headers={"Origin": "https://notebook.example"})).headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Cache-Control"].startswith("public, max-age=")


@pytest.mark.parametrize("name", ["2026", "2027-2029", "0000"])
async def test_an_edition_that_is_not_there(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, name: str
) -> None:
    await publish_edition(uows)

    for path in ("/v1/dataset/editions", "/dataset"):
        assert_problem(await client.get(f"{path}/{name}"), 404, "not-found")
