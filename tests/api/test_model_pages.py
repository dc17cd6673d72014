"""The pages of a list of models."""

import uuid

import pytest

from tests.helpers.members import CreateMember, MemberClient

MODELS = "/v1/models"


async def page(
    person: MemberClient, limit: int, cursor: str | None
) -> tuple[list[str], str | None]:
    params = {"limit": limit} | ({"cursor": cursor} if cursor else {})
    response = await person.request("GET", MODELS, params=params)
    assert response.status_code == 200, response.text
    answer = response.json()
    return [item["id"] for item in answer["items"]], answer["next"]


async def walk(person: MemberClient, limit: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        found, cursor = await page(person, limit, cursor)
        pages.append(found)
        if cursor is None:
            return pages


@pytest.mark.parametrize(
    ("limit", "sizes"), [(1, [1] * 7), (3, [3, 3, 1]), (6, [6, 1]), (7, [7]), (100, [7])]
)
async def test_pages_hold_all_in_the_order_of_their_making(
    ada: MemberClient, limit: int, sizes: list[int]
) -> None:
    ids = [await ada.add_model(name=str(number)) for number in range(7)]

    pages = await walk(ada, limit)

    assert [len(found) for found in pages] == sizes
    assert [one for found in pages for one in found] == ids


async def test_of_none_there_is_one_empty_page(ada: MemberClient) -> None:
    response = await ada.request("GET", MODELS)

    assert response.json() == {"items": [], "next": None}
    assert response.headers["Cache-Control"] == "no-store"


async def test_what_comes_and_goes_between_two_pages_moves_nothing_else(ada: MemberClient) -> None:
    ids = [await ada.add_model() for _ in range(6)]
    first, cursor = await page(ada, 3, None)

    await ada.request("DELETE", f"{MODELS}/{ids[0]}")
    await ada.request("DELETE", f"{MODELS}/{ids[2]}")
    await ada.request("DELETE", f"{MODELS}/{ids[4]}")
    latest = await ada.add_model()
    rest, end = await page(ada, 3, cursor)

    assert first == ids[:3]
    assert rest == [ids[3], ids[5], latest]
    assert end is None


async def test_without_a_limit_there_are_twenty(ada: MemberClient) -> None:
    for _ in range(21):
        await ada.add_model()

    answer = (await ada.request("GET", MODELS)).json()

    assert len(answer["items"]) == 20
    assert answer["next"]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "a",
        "a" * 21,
        "a" * 23,
        "a" * 5000,
        "é" * 22,
        "!" * 22,
        "a" * 22 + "==",
        "a" * 22 + "!",
        "a" * 21 + "\n",
        "a" * 21 + "\0",
        str(uuid.UUID(int=7)),
    ],
)
async def test_what_is_no_cursor_is_refused(ada: MemberClient, cursor: str) -> None:
    response = await ada.request("GET", MODELS, params={"cursor": cursor})

    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"pointer": "query/cursor", "detail": "must be the `next` of an earlier page"}
    ]


@pytest.mark.parametrize("limit", ["0", "-1", "101", "", "ten", "1.5", "NaN", "9" * 5000])
async def test_what_is_no_limit_is_refused(ada: MemberClient, limit: str) -> None:
    response = await ada.request("GET", MODELS, params={"limit": limit})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "query/limit"


async def test_a_cursor_of_somebody_else_opens_none_of_theirs(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    hers = [await grace.add_model() for _ in range(2)]
    for _ in range(3):
        await ada.add_model()
    later = await grace.add_model()
    _, cursor = await page(ada, 1, None)

    found, _ = await page(grace, 10, cursor)

    # A cursor is a place in one's own list.
    assert found == [hers[1], later]
