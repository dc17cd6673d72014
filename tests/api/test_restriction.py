"""GDPR Art. 18: a restricted member reads, corrects and removes; nothing is used or shown."""

import pytest

from tests.helpers.assertions import assert_problem
from tests.helpers.auth import change_email, change_password, confirm_email, erase, restrict
from tests.helpers.consents import agree, withdraw
from tests.helpers.images import make_image, open_image
from tests.helpers.members import CreateMember, MemberClient

IMAGE = {"Content-Type": "image/png"}


@pytest.fixture
async def model(ada: MemberClient) -> str:
    """The id of a model with an avatar, of a member with a picture who then was restricted."""
    model = await ada.add_model()
    await ada.request("PUT", f"/v1/models/{model}/avatar", content=make_image(), headers=IMAGE)
    await ada.request("PUT", "/v1/profiles/me/picture", content=make_image(), headers=IMAGE)
    await agree(ada)
    assert (await restrict(ada)).status_code == 204
    return model


async def test_restricted_member_reads_own_data(ada: MemberClient, model: str) -> None:
    paths = ["/v1/profiles/me", "/v1/profiles/me/picture", "/v1/models", f"/v1/models/{model}"]
    paths += [f"/v1/models/{model}/avatar", f"/v1/models/{model}?unit=account"]
    paths += ["/v1/auth/sessions", "/v1/privacy/export", "/v1/privacy/consents"]

    for path in paths:
        assert (await ada.request("GET", path)).status_code == 200, path


async def test_restricted_member_corrects_profile(ada: MemberClient, model: str) -> None:
    changed = {"username": "countess", "bio": "Corrected.", "social_accounts": {"mastodon": "@a"}}

    answer = await ada.request("PATCH", "/v1/profiles/me", json=changed)

    assert answer.status_code == 200, answer.text
    assert changed.items() <= answer.json().items()
    assert answer.json()["restricted"] is True


async def test_restricted_member_corrects_model(ada: MemberClient, model: str) -> None:
    changed = {"name": "Right", "measurements": {"chest": 1000}}

    answer = await ada.request("PATCH", f"/v1/models/{model}", json=changed)

    assert answer.status_code == 200, answer.text
    kept = (await ada.request("GET", f"/v1/models/{model}")).json()
    assert (kept["name"], kept["measurements"]["chest"]) == ("Right", 1000)


async def test_restricted_member_replaces_and_removes_pictures(
    ada: MemberClient, model: str
) -> None:
    for path in ("/v1/profiles/me/picture", f"/v1/models/{model}/avatar"):
        other = make_image(size=(9, 8))
        put = await ada.request("PUT", path, content=other, headers=IMAGE)
        assert put.status_code == 204, path
        assert open_image((await ada.request("GET", path)).content).size == (9, 8)
        assert (await ada.request("DELETE", path)).status_code == 204
        assert (await ada.request("GET", path)).status_code == 404


async def test_restricted_member_removes_model(ada: MemberClient, model: str) -> None:
    assert (await ada.request("DELETE", f"/v1/models/{model}")).status_code == 204
    assert (await ada.request("GET", f"/v1/models/{model}")).status_code == 404


async def test_restricted_member_changes_password(ada: MemberClient, model: str) -> None:
    assert (await change_password(ada, "nine needles in the hay")).status_code == 204
    ada.password = "nine needles in the hay"
    assert (await ada.sign_in()).status_code == 200


async def test_restricted_member_changes_address(ada: MemberClient, model: str) -> None:
    assert (await change_email(ada, "new@example.org")).status_code == 202
    (token,) = [
        one.get_content().partition("#token=")[2].split()[0]
        for one in await ada.mailbox.collect()
        if one["To"] == "new@example.org"
    ]
    assert (await confirm_email(ada.client, token)).status_code == 204
    assert (await ada.sign_in("new@example.org")).status_code == 200


async def test_restricted_member_withdraws_consent(ada: MemberClient, model: str) -> None:
    assert (await withdraw(ada)).status_code == 200


async def test_restricted_member_erases_account(ada: MemberClient, model: str) -> None:
    assert (await erase(ada)).status_code == 204
    assert (await ada.sign_in()).status_code == 401


async def test_restricted_member_has_nothing_used_or_shown(
    ada: MemberClient, model: str, create_member: CreateMember
) -> None:
    await ada.mailbox.collect()
    new = {"name": "New", "breasts": False, "measurements": {}}
    uses = [
        await ada.request("POST", "/v1/models", json=new),
        await ada.request("POST", "/v1/models/import", content=b"measurement,value,unit\r\n"),
        await ada.request("GET", f"/v1/models/{model}/export?format=csv"),
        await ada.request("GET", f"/v1/models/{model}/silhouette.svg"),
        await ada.request("GET", f"/v1/models/{model}/warnings"),
        await ada.request("GET", "/v1/profiles/ada"),
        await ada.request("GET", "/v1/profiles/ada/picture"),
        await agree(ada),
    ]
    for answer in uses:
        assert_problem(answer, 403, "account-restricted")

    bob = await create_member("bob")
    assert (await bob.request("GET", "/v1/profiles/ada")).status_code == 404
    assert (await bob.request("GET", "/v1/profiles/ada/picture")).status_code == 404
