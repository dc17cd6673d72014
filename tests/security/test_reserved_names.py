"""Names that are read as the voice of the site, or that a mail program turns into a link."""

import httpx
import pytest

from dressform.settings.settings import Settings
from dressform.usernames.reserved import choose_site_words, find_objection
from tests.helpers.assertions import assert_problem
from tests.helpers.members import MemberClient

ME = "/v1/profiles/me"
RESERVED = [
    *("dressform-support", "support-team", "admins", "adm1n", "Adrnin", "operators", "privacy"),
    *("abuse", "postmaster", "hostmaster", "webmaster", "official", "noreply", "no-reply"),
    *("clressform", "4dmin", "5taff", "suppor7", "offici4l"),
    *("root", "api", "www", "supportteam", "teamsupport", "admin2", "the.staff", "ada-official"),
    *(
        "dressforrn",
        "mydressform",
        "needlework",
        "needlework-help",
        "NeedIework",
        "help_needlework",
    ),
]
LINKS = [
    "ada.xn--p1ai",
    "1.1.1.1",
    "127.0.0.1",
    "free-gift.evil.com",
    "ada.me",
    "get.rich-now",
    "win.zip",
    "evil.COM_now",
    "x.co.uk",
]
FREE = [
    "ada.lovelace",
    "ada.l",
    "clara",
    "teamwork",
    "adah",
    "www2000sewer",
    "rooted",
    "helpful-hedy",
]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"site_url": "https://www.needlework.example"})


async def register(client: httpx.AsyncClient, username: str) -> httpx.Response:
    body = {
        "email": "eve@example.org",
        "username": username,
        "password": "seven tailors measured twice",
    }
    return await client.post("/v1/auth/register", json=body)


@pytest.mark.parametrize("username", RESERVED + LINKS)
async def test_a_reserved_name_is_refused(ada: MemberClient, username: str) -> None:
    registered = await register(ada.client, username)
    renamed = await ada.request("PATCH", ME, json={"username": username})

    for answer in (registered, renamed):
        assert_problem(answer, 422, "invalid-input")
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "#/username"
        expected = "website" if username in LINKS else "reserved"
        assert expected in error["detail"]


@pytest.mark.parametrize("username", FREE)
async def test_a_name_that_only_contains_a_word_is_free(
    client: httpx.AsyncClient, username: str
) -> None:
    assert (await register(client, username)).status_code == 202


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        (["www.needlework.example"], ("dressform", "needlework", "needlework.example")),
        (
            ["api.my-shop.co.uk", "my-shop.co.uk"],
            ("dressform", "my-shop", "my-shop.co.uk"),
        ),
        (["localhost", "127.0.0.1", "::1"], ("dressform",)),
    ],
)
def test_the_words_of_a_site_are_those_of_its_hosts(
    hosts: list[str], words: tuple[str, ...]
) -> None:
    assert choose_site_words(hosts) == words


def test_a_short_name_of_a_site_does_not_reserve_what_begins_with_it() -> None:
    words = choose_site_words(["sew.example"])

    assert find_objection("sew", words) is not None
    assert find_objection("ada-sew", words) is not None
    assert find_objection("sewell", words) is None


@pytest.mark.parametrize("username", ["Ada L", "ada@home", "-ada", "ada.", "Zoé", "ада"])
async def test_a_name_with_other_characters_is_explained_in_words(
    ada: MemberClient, username: str
) -> None:
    answers = (
        await register(ada.client, username),
        await ada.request("PATCH", ME, json={"username": username}),
        await ada.request("GET", f"/v1/profiles/{username}"),
    )
    for answer in answers:
        assert_problem(answer, 422, "invalid-input")
        (error,) = answer.json()["errors"]
        assert error["detail"].startswith("must be letters from a to z, digits")
        assert "[A-Za-z" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "POST",
            "/v1/auth/verify-email",
            {"token": "q1yLMu0Cd1TQTDJvTRAo0gaNXpCbZ2wTjU7aB4r7xKs."},
        ),
        ("POST", "/v1/auth/password/reset", {"token": "x", "new_password": "seven tailors twice"}),
        ("PATCH", ME, {"social_accounts": {"My Site": "ada"}}),
        ("POST", "/v1/auth/refresh", {"refresh_token": "x" * 81 + "!"}),
        (
            "PUT",
            "/v1/privacy/consents/open-dataset",
            {"text_version": "?", "text_sha256": "g" * 64},
        ),
    ],
)
async def test_no_answer_shows_a_pattern(
    ada: MemberClient, method: str, path: str, body: dict[str, object]
) -> None:
    answer = await ada.request(method, path, json=body)

    assert answer.status_code == 422, answer.text
    assert "pattern" not in answer.text
    assert "^" not in answer.text
