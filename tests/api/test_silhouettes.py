from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI

from dressform.sewing.silhouette import render_silhouette
from dressform.sewing.units import MeasurementUnit
from tests.helpers.assertions import assert_problem
from tests.helpers.browser import needs_chromium, open_browser, serve_on_port
from tests.helpers.members import MemberClient
from tests.sewing.bodies import WITH_BREASTS


async def test_a_model_is_drawn(ada: MemberClient) -> None:
    model = await ada.add_model(breasts=True, measurements=WITH_BREASTS)

    response = await ada.request("GET", f"/v1/models/{model}/silhouette.svg")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert response.text == render_silhouette(WITH_BREASTS, breasts=True)


async def test_in_the_language_and_the_unit_of_who_asks(ada: MemberClient) -> None:
    model = await ada.add_model(breasts=False, measurements={"chest": 1105})
    asked = {"language": "fr", "unit": "cm"}

    response = await ada.request("GET", f"/v1/models/{model}/silhouette.svg", params=asked)

    expected = render_silhouette(
        {"chest": 1105}, breasts=False, language="fr", unit=MeasurementUnit.CM
    )
    assert response.text == expected
    assert "poitrine" in response.text


@pytest.mark.parametrize("asked", [{"language": "de"}, {"unit": "furlong"}, {"unit": "deg"}])
async def test_other_languages_and_units_are_refused(
    ada: MemberClient, asked: dict[str, str]
) -> None:
    model = await ada.add_model()

    response = await ada.request("GET", f"/v1/models/{model}/silhouette.svg", params=asked)

    assert_problem(response, 422, "invalid-input")


async def test_a_variant_is_drawn_whole(ada: MemberClient) -> None:
    base = await ada.add_model(breasts=True, measurements=WITH_BREASTS)
    variant = await ada.add_model(breasts=None, based_on=base, measurements={"waist": 800})

    response = await ada.request("GET", f"/v1/models/{variant}/silhouette.svg")

    assert response.text == render_silhouette(WITH_BREASTS | {"waist": 800}, breasts=True)


async def test_without_breasts_what_is_hidden_is_not_drawn(ada: MemberClient) -> None:
    model = await ada.add_model(breasts=False, measurements={"chest": 1105, "highBust": 100})

    response = await ada.request("GET", f"/v1/models/{model}/silhouette.svg")

    assert response.text == render_silhouette({"chest": 1105}, breasts=False)


async def test_a_model_of_nobody_is_not_found(ada: MemberClient) -> None:
    response = await ada.request("GET", f"/v1/models/{uuid4()}/silhouette.svg")

    assert_problem(response, 404, "not-found")


async def test_it_is_well_formed_and_small_without_a_single_measurement(ada: MemberClient) -> None:
    model = await ada.add_model(breasts=True, measurements={})

    response = await ada.request("GET", f"/v1/models/{model}/silhouette.svg")

    assert ET.fromstring(response.text).tag == "{http://www.w3.org/2000/svg}svg"
    assert len(response.content) < 20_000


@needs_chromium
@pytest.mark.parametrize(
    ("scheme", "colour"), [("light", "rgb(46, 51, 56)"), ("dark", "rgb(233, 229, 222)")]
)
async def test_a_browser_shows_it_in_light_and_dark_and_fetches_nothing(
    app: FastAPI, ada: MemberClient, tmp_path: Path, scheme: str, colour: str
) -> None:
    model = await ada.add_model(breasts=True, measurements=WITH_BREASTS)
    async with serve_on_port(app) as url, open_browser(tmp_path / "profile") as page:
        await page.send("Network.setExtraHTTPHeaders", headers=ada.headers)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        await page.send("Emulation.setEmulatedMedia", features=[feature])
        await page.visit(f"{url}/v1/models/{model}/silhouette.svg")
        await page.wait_until("document.documentElement.nodeName === 'svg'")

        assert await page.run("getComputedStyle(document.documentElement).color") == colour
        assert [asked.removeprefix(url) for asked in page.requests] == [
            f"/v1/models/{model}/silhouette.svg"
        ]
        assert page.complaints == []
