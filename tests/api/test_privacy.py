"""What everybody can do about their own data: read the notice, take it, restrict it, end it."""

import base64
import io
import random

import pytest
from PIL import Image

from dressform.policy.notice import notice
from tests.conftest import MovableClock
from tests.helpers.images import make_image, open_image
from tests.helpers.members import CreateMember, MemberClient

RESTRICTION = "/v1/privacy/restriction"
IMAGE = {"Content-Type": "image/png"}

KEPT = {
    "visitor": ("6 months", "6 mois"),
    "profile": ("12 months", "12 mois"),
    "model": ("12 months", "12 mois"),
}


async def restrict(person: MemberClient, *, restricted: bool, status: int = 204) -> None:
    body = {"restricted": restricted, "password": person.password}
    assert (await person.request("PUT", RESTRICTION, json=body)).status_code == status


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_notice_says_what_the_policy_holds(ada: MemberClient, language: str) -> None:
    response = await ada.client.get("/v1/privacy/notice", params={"language": language})

    assert response.json() == {
        "language": language,
        "categories": [
            {
                "key": category.key,
                "data": getattr(category.data, language),
                "purpose": getattr(category.purpose, language),
                "legal_basis": category.legal_basis,
                "kept": category.period.format(language),
                "since": getattr(category.starts_at_text, language),
                "ending": getattr(category.on_expiry_text, language),
                "extensions": [
                    {
                        "key": one.key,
                        "longer": one.period.format(language),
                        "text": getattr(one.text, language),
                    }
                    for one in category.extensions
                ],
                "shared": False,
            }
            for category in notice()
        ],
    }
    assert response.headers["Cache-Control"] == "public, max-age=3600"


async def test_the_notice_names_the_windows_that_were_promised(ada: MemberClient) -> None:
    english = (await ada.client.get("/v1/privacy/notice")).json()
    french = (await ada.client.get("/v1/privacy/notice?language=fr")).json()

    assert english["language"] == "en"
    for key, kept in KEPT.items():
        found = [
            category["kept"]
            for notice in (english, french)
            for category in notice["categories"]
            if category["key"] == key
        ]
        assert tuple(found) == kept


async def test_there_is_no_notice_in_other_languages(ada: MemberClient) -> None:
    assert (await ada.client.get("/v1/privacy/notice?language=de")).status_code == 422


async def test_the_export_holds_everything_as_it_was_given(
    ada: MemberClient, clock: MovableClock
) -> None:
    filled = {"bio": "I sew.", "social_accounts": {"mastodon": "@ada@sewing.example"}}
    await ada.request("PATCH", "/v1/profiles/me", json=filled)
    await ada.request(
        "PUT", "/v1/profiles/me/picture", content=make_image(size=(9, 8)), headers=IMAGE
    )
    first = await ada.add_model(measurements={"chest": 1105, "neck": 420.5})
    second = await ada.add_model(name="Sam", breasts=True, measurements={})
    await ada.request(
        "PUT", f"/v1/models/{second}/avatar", content=make_image(size=(7, 6)), headers=IMAGE
    )
    clock.advance(minutes=1)
    await ada.sign_in()

    response = await ada.request("GET", "/v1/privacy/export")

    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"] == 'attachment; filename="dressform.json"'
    export = response.json()
    picture = export.pop("picture_webp")
    avatars = [model.pop("avatar_webp") for model in export["models"]]
    assert open_image(base64.b64decode(picture)).size == (9, 8)
    assert avatars[0] is None
    assert open_image(base64.b64decode(avatars[1])).size == (7, 6)
    assert export["profile"] == (await ada.request("GET", "/v1/profiles/me")).json()
    assert export["profile"]["email"] == ada.email
    assert export["profile"]["bio"] == "I sew."
    assert [model["id"] for model in export["models"]] == [first, second]
    assert export["models"] == (await ada.request("GET", "/v1/models")).json()["items"]
    assert [session["signed_in_on"] for session in export["sessions"]] == ["2026-03-01"] * 2


async def test_the_export_of_a_full_account_is_complete(ada: MemberClient) -> None:
    avatar = make_image(size=(64, 64))
    for number in range(100):
        model = await ada.add_model(name=str(number))
        put = await ada.request("PUT", f"/v1/models/{model}/avatar", content=avatar, headers=IMAGE)
        assert put.status_code == 204

    export = (await ada.request("GET", "/v1/privacy/export")).json()

    assert [model["name"] for model in export["models"]] == [str(number) for number in range(100)]
    assert all(model["avatar_webp"] for model in export["models"])


async def test_the_export_holds_a_picture_that_hardly_shrinks(ada: MemberClient) -> None:
    """Noise, see-through in places: the largest that is kept of any picture."""
    noise = io.BytesIO()
    Image.frombytes("RGBA", (1024, 1024), random.Random(1).randbytes(4 << 20)).save(noise, "PNG")
    put = await ada.request(
        "PUT", "/v1/profiles/me/picture", content=noise.getvalue(), headers=IMAGE
    )
    assert put.status_code == 204

    export = await ada.request("GET", "/v1/privacy/export")

    kept = (await ada.request("GET", "/v1/profiles/me/picture")).content
    assert len(kept) > 1_700_000
    assert base64.b64decode(export.json()["picture_webp"]) == kept


async def test_the_export_says_nothing_of_others_and_no_secret(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    await grace.add_model(name="Grace's own")

    export = (await ada.request("GET", "/v1/privacy/export")).text

    assert "race" not in export
    for secret in (ada.password, ada.refresh_token, ada.access_token, "argon2"):
        assert secret not in export


async def test_who_is_restricted_is_kept_but_neither_shown_nor_used(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    model = await ada.add_model()
    before = (await ada.request("GET", "/v1/privacy/export")).json()

    await restrict(ada, restricted=True)

    for method, path in [
        ("GET", "/v1/profiles/grace"),
        ("GET", f"/v1/models/{model}/silhouette.svg"),
        ("POST", "/v1/models"),
    ]:
        refused = await ada.request(method, path)
        assert refused.status_code == 403, path
        assert refused.json()["type"] == "/problems#account-restricted"
    assert (await grace.request("GET", "/v1/profiles/ada")).status_code == 404

    export = (await ada.request("GET", "/v1/privacy/export")).json()
    assert export["profile"] == before["profile"] | {
        "restricted": True,
        "expires_at": "2029-03-01T00:00:00Z",
    }
    assert export["models"] == before["models"]

    await restrict(ada, restricted=False)
    assert (await ada.request("GET", f"/v1/models/{model}")).status_code == 200
    assert (await grace.request("GET", "/v1/profiles/ada")).status_code == 200


async def test_a_restriction_ends_every_other_session(ada: MemberClient) -> None:
    elsewhere = MemberClient(ada.client, ada.mailbox, "ada")
    await elsewhere.sign_in()

    await restrict(ada, restricted=True)

    assert (await elsewhere.request("GET", "/v1/privacy/export")).status_code == 401
    assert (await ada.request("GET", "/v1/privacy/export")).status_code == 200


async def test_who_is_restricted_can_still_sign_in_and_lift_it(ada: MemberClient) -> None:
    await restrict(ada, restricted=True)

    assert (await ada.sign_in()).status_code == 200

    assert (await ada.request("GET", "/v1/auth/sessions")).status_code == 200
    await restrict(ada, restricted=False)
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200


@pytest.mark.parametrize("restricted", [True, False])
async def test_a_wrong_password_changes_no_restriction(ada: MemberClient, restricted: bool) -> None:  # noqa: FBT001
    await restrict(ada, restricted=not restricted)
    body = {"restricted": restricted, "password": "not the password"}

    response = await ada.request("PUT", RESTRICTION, json=body)

    assert response.status_code == 403
    assert response.json()["type"] == "/problems#wrong-password"
    export = (await ada.request("GET", "/v1/privacy/export")).json()
    assert export["profile"]["restricted"] is not restricted


@pytest.mark.parametrize("path", ["/v1/privacy/restriction", "/v1/privacy/erasure"])
async def test_a_password_cannot_be_guessed_for_long(ada: MemberClient, path: str) -> None:
    verb = "PUT" if path == RESTRICTION else "POST"
    body: dict[str, object] = {"password": "not the password"}
    body |= {"restricted": True} if path == RESTRICTION else {}
    for _ in range(10):
        assert (await ada.request(verb, path, json=body)).status_code == 403

    response = await ada.request(verb, path, json=body | {"password": ada.password})

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 15 * 60
    assert (await ada.request("GET", "/v1/profiles/me")).json()["restricted"] is False
