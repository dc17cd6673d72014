"""Lost updates: ETags of models and profiles, and the conditions of requests."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import renew
from tests.helpers.images import make_image
from tests.helpers.members import CreateMember, MemberClient
from tests.helpers.models import create_model, create_variant

ME = "/v1/profiles/me"
TAG = re.compile(r'"[0-9a-f]{22}\.[0-9a-f]{22}"')


@pytest.fixture(params=["model", "profile"])
async def path(request: pytest.FixtureRequest, ada: MemberClient) -> str:
    """Return the address of something that a member can change."""
    if request.param == "profile":
        return ME
    return f"/v1/models/{(await create_model(ada, measurements={'chest': 1105}))['id']}"


def change_to(path: str, value: str) -> dict[str, Any]:
    return {"bio": value} if path == ME else {"name": value}


async def read_tag(member: MemberClient, path: str) -> str:
    response = await member.request("GET", path)
    assert response.status_code == 200
    return response.headers["ETag"]


async def patch(member: MemberClient, path: str, value: str, *tags: str) -> httpx.Response:
    headers = {"If-Match": ", ".join(tags)} if tags else {}
    return await member.request("PATCH", path, json=change_to(path, value), headers=headers)


async def test_a_change_has_the_tag_that_reading_has_then(ada: MemberClient, path: str) -> None:
    first = await read_tag(ada, path)

    changed = await patch(ada, path, "One", first)

    assert TAG.fullmatch(first)
    assert changed.status_code == 200
    assert changed.headers["ETag"] == await read_tag(ada, path) != first


async def test_of_two_tabs_the_second_is_told(ada: MemberClient, path: str) -> None:
    tag = await read_tag(ada, path)
    await patch(ada, path, "One", tag)
    before = (await ada.request("GET", path)).json()

    second = await patch(ada, path, "Two", tag)

    assert_problem(second, 412, "precondition-failed")
    assert (await ada.request("GET", path)).json() == before


async def test_of_many_at_once_with_one_tag_exactly_one_wins(ada: MemberClient, path: str) -> None:
    tag = await read_tag(ada, path)

    answers = await asyncio.gather(*(patch(ada, path, f"Tab {n}", tag) for n in range(6)))

    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 5]


async def test_of_changes_of_different_fields_at_once_exactly_one_wins(ada: MemberClient) -> None:
    """One is stored with the profile, the other with the account."""
    headers = {"If-Match": await read_tag(ada, ME)}
    changes: tuple[dict[str, str], ...] = ({"bio": "I sew."}, {"unit": "in"}, {"language": "fr"})

    answers = await asyncio.gather(
        *(ada.request("PATCH", ME, json=change, headers=headers) for change in changes)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


async def test_without_the_header_every_change_is_made(ada: MemberClient, path: str) -> None:
    for value in ("One", "Two"):
        assert (await patch(ada, path, value)).status_code == 200


async def test_lists_and_the_star_are_understood(ada: MemberClient, path: str) -> None:
    other = f'"{"0" * 22}.{"1" * 22}"'
    for tags in (["*"], [other, "<tag>", '"a,b"'], ['"x"', "<tag>"]):
        tag = await read_tag(ada, path)
        answer = await patch(
            ada, path, str(tags), *[tag if each == "<tag>" else each for each in tags]
        )
        assert answer.status_code == 200, tags


@pytest.mark.parametrize(
    "wrong", ["W/<tag>", '""', '"x"', "x", "", ",", "<bare>", '"*"', 'W/"*"', '"a", *']
)
async def test_weak_and_other_tags_never_match(ada: MemberClient, path: str, wrong: str) -> None:
    tag = await read_tag(ada, path)
    sent = wrong.replace("<tag>", tag).replace("<bare>", tag.strip('"'))

    answer = await ada.request(
        "PATCH", path, json=change_to(path, "Two"), headers={"If-Match": sent}
    )

    assert answer.status_code == 412
    assert await read_tag(ada, path) == tag


async def test_who_has_it_is_not_sent_it_again(ada: MemberClient, path: str) -> None:
    tag = await read_tag(ada, path)

    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        same = await ada.request("GET", path, headers={"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    await patch(ada, path, "New")
    assert (await ada.request("GET", path, headers={"If-None-Match": tag})).status_code == 200


async def test_texts_in_another_unit_are_not_the_same(ada: MemberClient) -> None:
    path = f"/v1/models/{(await create_model(ada, measurements={'chest': 1105}))['id']}"
    tag = await read_tag(ada, f"{path}?unit=account")
    await ada.request("PATCH", ME, json={"unit": "in"})

    again = await ada.request("GET", f"{path}?unit=account", headers={"If-None-Match": tag})
    changed = await patch(ada, path, "New", tag)

    assert again.status_code == 200
    assert again.json()["display"]["unit"] == "in"
    assert changed.status_code == 200


async def test_a_created_model_can_be_changed_by_the_tag_of_the_answer(ada: MemberClient) -> None:
    made = await ada.request("POST", "/v1/models?unit=in", json={"name": "x", "breasts": True})

    changed = await patch(ada, made.headers["Location"], "New", made.headers["ETag"])

    assert changed.status_code == 200


async def test_a_form_saved_unchanged_keeps_its_tag(ada: MemberClient, clock: MovableClock) -> None:
    model = await create_model(ada, measurements={"chest": 1105})
    path = f"/v1/models/{model['id']}"
    tag = await read_tag(ada, path)
    clock.advance(days=1)
    await renew(ada)

    saved = await ada.request("PATCH", path, json={"measurements": model["measurements"]})

    assert saved.headers["ETag"] == tag == await read_tag(ada, path)


async def test_a_change_of_the_base_changes_the_tag_of_its_variant(ada: MemberClient) -> None:
    base = await create_model(ada, measurements={"chest": 1105})
    variant = f"/v1/models/{(await create_variant(ada, base))['id']}"
    tag = await read_tag(ada, variant)

    await ada.request("PATCH", f"/v1/models/{base['id']}", json={"measurements": {"chest": 1}})

    assert await read_tag(ada, variant) != tag
    assert (await patch(ada, variant, "New", tag)).status_code == 412


async def test_a_new_avatar_is_new_to_read_and_no_conflict(ada: MemberClient) -> None:
    path = f"/v1/models/{(await create_model(ada))['id']}"
    tag = await read_tag(ada, path)

    await ada.request("PUT", f"{path}/avatar", content=make_image())

    assert await read_tag(ada, path) != tag
    assert (await patch(ada, path, "New", tag)).status_code == 200


async def test_a_model_that_was_changed_since_is_not_deleted(ada: MemberClient) -> None:
    path = f"/v1/models/{(await create_model(ada))['id']}"
    tag = await read_tag(ada, path)
    changed = await patch(ada, path, "New")

    old = await ada.request("DELETE", path, headers={"If-Match": tag})
    current = await ada.request("DELETE", path, headers={"If-Match": changed.headers["ETag"]})

    assert (old.status_code, current.status_code) == (412, 204)


async def test_a_missing_or_foreign_model_stays_not_found(
    ada: MemberClient, create_member: CreateMember
) -> None:
    path = f"/v1/models/{(await create_model(ada))['id']}"
    eve = await create_member("eve")

    for tag in ("*", await read_tag(ada, path)):
        assert (await patch(eve, path, "Stolen", tag)).status_code == 404


async def test_other_members_profiles_have_a_tag_too(
    ada: MemberClient, create_member: CreateMember
) -> None:
    eve = await create_member("eve")
    tag = await read_tag(eve, "/v1/profiles/ada")

    same = await eve.request("GET", "/v1/profiles/ada", headers={"If-None-Match": tag})
    await ada.request("PATCH", ME, json={"bio": "I sew."})
    fresh = await eve.request("GET", "/v1/profiles/ada", headers={"If-None-Match": tag})

    assert (same.status_code, fresh.status_code) == (304, 200)
    assert fresh.json()["bio"] == "I sew."


async def test_equal_models_of_two_members_have_unequal_tags(
    ada: MemberClient, create_member: CreateMember
) -> None:
    """A tag is a keyed hash: who knows the content can't recognise it."""
    eve = await create_member("eve")
    await ada.request("PATCH", ME, json={"bio": "I sew."})
    await eve.request("PATCH", ME, json={"bio": "I sew."})

    parts = [
        part for member in (ada, eve) for part in (await read_tag(member, ME)).strip('"').split(".")
    ]

    assert len(set(parts)) == 4
