"""Characters that turn the direction of a line, or that are not seen, in what others read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.api.schemas.visible_text import remove_invisible
from tests.helpers.members import CreateMember, MemberClient

ME = "/v1/profiles/me"
OVERRIDE = "https://evil.example/\u202emoc.elpmaxe.gniwes"
INVISIBLE = [
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    *"\u200b\u200c\u200d\u2060\u2061\u2064\u206a\u206f\ufeff\u00ad\u034f\u180e",
    *"\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u2065\ufff9\ufffb\ufff0\ufe0f\ufe00\u180b",
    *"\U000e0001\U000e0020\U000e0041\U000e0100\U0001d173",
]
KEPT = [
    "👩‍🔬 👨‍👩‍👧 🏳️‍🌈 ❤️ ☺︎ 1️⃣ #️⃣ 👍🏽",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "می‌خواهم",
    "क्‍ष क्‌ष",
    "葛\U000e0100城",
    "\u0600\u0661\u06dd",
    "L'été, ça coûte 3 €",
    "שלום, أهلا",
    "e\u0301",
    "two\nlines\tand a tab",
]


@pytest.mark.parametrize("character", INVISIBLE, ids=lambda one: f"U+{ord(one):04X}")
def test_an_invisible_character_is_removed(character: str) -> None:
    assert remove_invisible(f"se{character}w") == "sew"
    assert remove_invisible(f"{character}sew{character * 3}") == "sew"


@pytest.mark.parametrize("shown", KEPT)
def test_what_scripts_and_emoji_need_is_kept(shown: str) -> None:
    assert remove_invisible(shown) == shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_removing_again_changes_nothing(value: str) -> None:
    once = remove_invisible(value)

    assert remove_invisible(once) == once
    assert not set("\u202e\u202d\u2066\u2067\u200b\ufeff") & set(once)


async def test_other_members_see_neither_overrides_nor_blanks(
    ada: MemberClient, create_member: CreateMember
) -> None:
    answer = await ada.request(
        "PATCH",
        ME,
        json={
            "bio": f"Look:\n{OVERRIDE}\u200b",
            "social_accounts": {"web": OVERRIDE, "mastodon": "\u2067@ada\u2069"},
        },
    )
    assert answer.status_code == 200
    eve = await create_member("eve")
    seen = (await eve.request("GET", "/v1/profiles/ada")).json()

    assert seen["bio"] == "Look:\nhttps://evil.example/moc.elpmaxe.gniwes"
    assert seen["social_accounts"] == {
        "web": "https://evil.example/moc.elpmaxe.gniwes",
        "mastodon": "@ada",
    }


@pytest.mark.parametrize("scheme", ["java\u200bscript:alert(1)", "\u202ejavascript:alert(1)"])
async def test_an_invisible_character_hides_no_scheme(ada: MemberClient, scheme: str) -> None:
    answer = await ada.request("PATCH", ME, json={"social_accounts": {"web": scheme}})

    assert answer.status_code == 422


async def test_the_name_of_a_model_and_a_login_are_cleaned_too(ada: MemberClient) -> None:
    model = await ada.add_model(name="\u202eMe\u200b")
    read = (await ada.request("GET", f"/v1/models/{model}")).json()

    assert read["name"] == "Me"
    assert (await ada.sign_in("\u200bada\ufeff")).status_code == 200
    assert (await ada.sign_in(f"{ada.email}\u200b")).status_code == 200


@pytest.mark.parametrize("blank", ["\u3164", "\u200b\u200b", " \u2800 ", "\u202e"])
async def test_a_text_of_which_nothing_is_seen_is_refused(ada: MemberClient, blank: str) -> None:
    for changes, pointer in (
        ({"bio": blank}, "#/bio"),
        ({"social_accounts": {"web": blank}}, "#/social_accounts/web"),
    ):
        answer = await ada.request("PATCH", ME, json=changes)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["detail"]) == (pointer, "must not be blank")
