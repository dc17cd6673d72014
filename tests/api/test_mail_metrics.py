"""The numbers of mails for monitoring, which only the holder of a token sees."""

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from dressform.settings.settings import Settings
from tests.helpers.auth import forgot
from tests.helpers.members import MemberClient

TOKEN = "the-monitoring-of-the-sewing-site"


@pytest.fixture
def with_token(app: FastAPI, settings: Settings) -> None:
    changed = settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    object.__setattr__(app.state.dressform, "settings", changed)


async def scrape(client: httpx.AsyncClient, authorization: str) -> dict[tuple[str, ...], float]:
    response = await client.get("/metrics", headers={b"Authorization": authorization.encode()})
    assert response.status_code == 200
    return {
        (sample.name.removeprefix("dressform_mail_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        if sample.name.startswith("dressform_mail_") and "failing_seconds" not in sample.name
    }


@pytest.mark.usefixtures("with_token")
async def test_holder_of_the_token_sees_each_kind(ada: MemberClient) -> None:
    await forgot(ada.client, ada.email)

    found = await scrape(ada.client, f"Bearer {TOKEN}")

    assert found["waiting", "password-reset"] == 1
    assert found["failing", "password-reset"] == 0
    assert found["oldest_timestamp_seconds", "password-reset"] == 1_772_323_200  # 1 March 2026
    assert found["outcomes", "sign-up", "handed-over", ""] == 1
    assert found["undeliverable_accounts",] == 0


@pytest.mark.usefixtures("with_token")
@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer another", f"Basic {TOKEN}", "Bearer é"]
)
async def test_others_see_no_number_by_which_an_account_could_be_found(
    ada: MemberClient, authorization: str
) -> None:
    """Whoever asks for a reset could see by the number of mails that the address has an account."""
    await forgot(ada.client, ada.email)

    assert await scrape(ada.client, authorization) == {}


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer None", f"Bearer {TOKEN}"])
async def test_without_a_token_in_the_settings_nothing_is_shown(
    ada: MemberClient, authorization: str
) -> None:
    assert await scrape(ada.client, authorization) == {}
