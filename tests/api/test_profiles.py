"""Profiles: what their owners can change, and what the others see of them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.databases import watch_statements
from tests.helpers.members import CreateMember, Mailbox, MemberClient

ME = "/v1/profiles/me"
ACCOUNTS = {"mastodon": "@ada@sewing.example", "website": "https://ada.example/"}


async def changed(person: MemberClient, **changes: object) -> dict[str, Any]:
    response = await person.request("PATCH", ME, json=changes)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def refused(person: MemberClient, status: int, **changes: object) -> dict[str, Any]:
    """A refusal, which must have changed nothing."""
    before = (await person.request("GET", ME)).json()
    response = await person.request("PATCH", ME, json=changes)
    assert response.status_code == status, response.text
    assert (await person.request("GET", ME)).json() == before
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_new_profile_holds_what_was_registered_and_nothing_else(
    create_member: CreateMember,
) -> None:
    ada = await create_member("ada", language="fr")

    profile = (await ada.request("GET", ME)).json()

    assert profile == {
        "username": "ada",
        "bio": None,
        "email_undeliverable": False,
        "social_accounts": {},
        "picture": None,
        "email": "ada@example.org",
        "language": "fr",
        "unit": "cm",
        "member_since": "2026-03-01",
        "last_login_on": "2026-03-01",
        "expires_at": "2027-03-01T00:00:00Z",
        "restricted": False,
    }


async def test_what_is_left_out_stays(ada: MemberClient) -> None:
    filled = await changed(ada, bio="I sew.", social_accounts=ACCOUNTS, language="fr")
    renamed = await changed(ada, username="ada.l")
    untouched = await changed(ada)

    assert filled["bio"] == "I sew."
    assert filled["social_accounts"] == ACCOUNTS
    assert filled["language"] == "fr"
    assert renamed == filled | {"username": "ada.l"}
    assert untouched == renamed
    assert (await ada.request("GET", ME)).json() == renamed


@pytest.mark.parametrize(
    ("removal", "left"),
    [
        ({"bio": None}, {"bio": None}),
        ({"social_accounts": None}, {"social_accounts": {}}),
        (
            {"social_accounts": {"mastodon": None}},
            {"social_accounts": {"website": "https://ada.example/"}},
        ),
        ({"social_accounts": {"never-set": None}}, {}),
        ({"social_accounts": {"never-set": ""}}, {}),
        ({"bio": ""}, {"bio": None}),
        ({"bio": " \n\t"}, {"bio": None}),
        ({"bio": " \u00a0 "}, {"bio": None}),
        (
            {"social_accounts": {"mastodon": ""}},
            {"social_accounts": {"website": "https://ada.example/"}},
        ),
        (
            {"social_accounts": {"mastodon": " \u00a0 "}},
            {"social_accounts": {"website": "https://ada.example/"}},
        ),
        ({"social_accounts": {}}, {}),
    ],
)
async def test_each_optional_part_is_removed_alone(
    ada: MemberClient, removal: dict[str, object], left: dict[str, object]
) -> None:
    filled = await changed(ada, bio="I sew.", social_accounts=ACCOUNTS)

    assert await changed(ada, **removal) == filled | left


async def test_one_account_is_added_without_the_others(ada: MemberClient) -> None:
    await changed(ada, social_accounts=ACCOUNTS)

    after = await changed(ada, social_accounts={"reddit": "u/ada", "website": "https://a.example"})

    assert after["social_accounts"] == {
        "mastodon": "@ada@sewing.example",
        "website": "https://a.example",
        "reddit": "u/ada",
    }


@pytest.mark.parametrize("field", ["username", "language"])
async def test_what_an_account_cannot_be_without_is_not_removed(
    ada: MemberClient, field: str
) -> None:
    problem = await refused(ada, 422, **{field: None})

    assert [error["pointer"] for error in problem["errors"]] == [f"#/{field}"]


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("#/email", {"email": "eve@example.org"}),
        ("#/bio", {"bio": "x" * 2001}),
        ("#/bio", {"bio": "a\x00b"}),
        ("#/bio", {"bio": ["I sew."]}),
        ("#/language", {"language": "de"}),
        ("#/username", {"username": "al"}),
        ("#/username", {"username": "a\nda"}),
        ("#/username", {"username": "аda"}),  # noqa: RUF001  a Cyrillic letter
        ("#/username", {"username": "Admin"}),
        ("#/username", {"username": "ada@example.org"}),
        ("#/social_accounts/web", {"social_accounts": {"web": "javascript:alert(1)"}}),
        ("#/social_accounts/web", {"social_accounts": {"web": 1}}),
        ("#/social_accounts/Web", {"social_accounts": {"Web": "x"}}),
        ("#/social_accounts", {"social_accounts": [["web", "x"]]}),
    ],
)
async def test_what_does_not_fit_is_named(
    ada: MemberClient, pointer: str, changes: dict[str, object]
) -> None:
    problem = await refused(ada, 422, **changes)

    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize(
    "name",
    [
        "Ada: the sewist",
        "www.ada.example:8443/x",
        "ada.example:8443",
        "Atelier: coats, hats",
        "@ada:sewing.example",
        "u/ada: me",
        "mailto:ada@sewing.example",
        "https://ada.example:8443/a:b",
        "HTTP://ada.example",
    ],
)
async def test_a_colon_in_a_social_account_is_kept(ada: MemberClient, name: str) -> None:
    assert (await changed(ada, social_accounts={"web": name}))["social_accounts"] == {"web": name}


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " \u00a0javascript:alert(1)",
        "javascript :alert(1)",
        "java script: alert(1)",
        "java\u2003script:alert(1)",
        "java\u00adscript:alert(1)",
        "\uff4a\uff41\uff56\uff41\uff53\uff43\uff52\uff49\uff50\uff54\uff1aalert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "DATA: text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox(1)",
        "livescript:alert(1)",
        "view-source:javascript:alert(1)",
        "feed:javascript:alert(1)",
        "blob:https://ada.example/1",
        "file:///etc/passwd",
        "filesystem:https://ada.example/1",
        "intent:#Intent;end",
        "ms-msdt:/id PCWDiagnostic",
        "search-ms:query=x",
        "jar:https://ada.example!/x",
        "ftp://ada.example",
        "x-unknown://ada.example",
        "chrome-extension:x",
    ],
)
async def test_a_link_that_runs_something_is_refused(ada: MemberClient, link: str) -> None:
    problem = await refused(ada, 422, social_accounts={"web": link})

    assert [error["pointer"] for error in problem["errors"]] == ["#/social_accounts/web"]


@pytest.mark.parametrize(
    "link",
    [
        "https://github.com@evil.example",
        "https://github.com:1@evil.example/x",
        "https://evil.example\\@github.com",
        "//evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https:/evil.example",
    ],
)
async def test_a_link_to_another_site_than_it_seems_is_refused(
    ada: MemberClient, link: str
) -> None:
    problem = await refused(ada, 422, social_accounts={"web": link})

    assert [error["pointer"] for error in problem["errors"]] == ["#/social_accounts/web"]


async def test_more_accounts_than_a_profile_shows_are_refused_in_steps_too(
    ada: MemberClient,
) -> None:
    twelve = {f"one-{number}": "ada" for number in range(12)}
    other_twelve = {f"two-{number}": "ada" for number in range(12)}

    await refused(ada, 422, social_accounts=twelve | other_twelve)
    await changed(ada, social_accounts=twelve)
    await refused(ada, 422, social_accounts=other_twelve)
    swapped = await changed(ada, social_accounts=dict.fromkeys(twelve) | other_twelve)

    assert swapped["social_accounts"] == other_twelve


async def test_changes_at_once_lose_nothing(ada: MemberClient) -> None:
    networks = [f"network-{number}" for number in range(12)]

    await asyncio.gather(*(changed(ada, social_accounts={name: "ada"}) for name in networks))

    kept = (await ada.request("GET", ME)).json()["social_accounts"]
    assert kept == dict.fromkeys(networks, "ada")


async def test_a_username_of_another_member_is_taken_in_any_case(
    ada: MemberClient, create_member: CreateMember
) -> None:
    await create_member("grace")

    for taken in ("grace", "Grace", "GRACE"):
        assert (await refused(ada, 409, username=taken))["type"] == "/problems#username-taken"


async def test_a_username_that_waits_for_its_confirmation_is_free(
    ada: MemberClient, mailbox: Mailbox
) -> None:
    await MemberClient(ada.client, mailbox, "grace").register()

    assert (await changed(ada, username="Grace"))["username"] == "Grace"


async def test_ones_own_name_in_another_case_is_fine(ada: MemberClient) -> None:
    assert (await changed(ada, username="ADA"))["username"] == "ADA"
    assert (await ada.sign_in("ada")).status_code == 200


async def test_an_old_name_is_free_again_after_thirty_days(
    ada: MemberClient, create_member: CreateMember, clock: MovableClock
) -> None:
    grace = await create_member("grace")
    await changed(ada, username="countess")
    await refused(grace, 409, username="ada")
    clock.advance(days=30)
    await grace.sign_in()

    assert (await changed(grace, username="ada"))["username"] == "ada"
    assert (await ada.sign_in("countess")).status_code == 200
    assert (await grace.request("GET", "/v1/profiles/countess")).json()["username"] == "countess"


async def test_of_many_who_want_a_name_at_once_one_gets_it(
    ada: MemberClient, create_member: CreateMember
) -> None:
    people = [ada, *[await create_member(name) for name in ("grace", "hedy", "mary")]]

    answers = await asyncio.gather(
        *(person.request("PATCH", ME, json={"username": "Coveted"}) for person in people)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_others_see_the_profile_and_never_the_address(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    await changed(ada, username="Ada.L", bio="I sew.", social_accounts=ACCOUNTS)

    response = await grace.request("GET", "/v1/profiles/ada.l")

    assert response.json() == {
        "username": "Ada.L",
        "bio": "I sew.",
        "social_accounts": ACCOUNTS,
        "picture": None,
    }
    told = response.text + repr(response.headers)
    assert ada.email not in told
    assert "example.org" not in told
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/v1/profiles/ada", "/v1/profiles/ada/picture"])
async def test_only_the_signed_in_see_profiles(ada: MemberClient, path: str) -> None:
    response = await ada.client.get(path)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_nobody_sees_a_restricted_member(
    ada: MemberClient, create_member: CreateMember
) -> None:
    grace = await create_member("grace")
    never_was = await grace.request("GET", "/v1/profiles/nobody")
    restriction = {"restricted": True, "password": ada.password}
    assert (
        await ada.request("PUT", "/v1/privacy/restriction", json=restriction)
    ).status_code == 204

    hidden = await grace.request("GET", "/v1/profiles/ada")
    own = await ada.request("GET", ME)

    assert hidden.status_code == 404
    assert hidden.json() | {"instance": ""} == never_was.json() | {"instance": ""}
    assert (own.status_code, own.json()["restricted"]) == (200, True)


async def test_nobody_sees_a_member_past_the_end_though_no_worker_ran(
    ada: MemberClient, create_member: CreateMember, clock: MovableClock
) -> None:
    grace = await create_member("grace")
    clock.at = datetime(2026, 9, 1, tzinfo=UTC)
    await grace.sign_in()
    clock.at = datetime(2027, 2, 28, 23, 59, tzinfo=UTC)
    await grace.sign_in()
    last_moment = await grace.request("GET", "/v1/profiles/ada")
    clock.advance(minutes=1)

    past_it = await grace.request("GET", "/v1/profiles/ada")

    assert last_moment.status_code == 200
    assert past_it.status_code == 404
    assert (await ada.request("GET", ME)).status_code == 401


async def test_change_whose_result_cannot_be_read_is_not_stored(ada: MemberClient) -> None:
    """A 503 says that nothing was changed. So the result is read before the commit."""

    seen: list[str] = []

    def fail_read_after_update(sql: str, _: list[Any]) -> None:
        if sql.startswith("SELECT") and any(each.startswith("UPDATE profile") for each in seen):
            raise OSError
        seen.append(sql)

    with watch_statements(fail_read_after_update):
        answer = await ada.request("PATCH", ME, json={"bio": "I sew coats."})

    assert_problem(answer, 503, "unavailable")
    assert (await ada.request("GET", ME)).json()["bio"] is None
