from collections.abc import Mapping

import httpx
import pytest
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import login, refresh, refresh_cookie_of, sessions
from tests.helpers.members import CreateMember, MemberClient

COOKIE = "dressform-refresh"


async def rename(person: MemberClient, name: object, session_id: object = None) -> httpx.Response:
    path = f"/v1/auth/sessions/{session_id or person.session_id}"
    return await person.request("PATCH", path, json={"name": name})


async def sign_in(person: MemberClient, **more: object) -> httpx.Response:
    body = {"login": person.username, "password": person.password, "session": "cookie"}
    response = await person.client.post("/v1/auth/login", json=body | more)
    assert response.status_code == 200, response.text
    return response


async def count_rows(uows: UnitOfWorkFactory) -> int:
    row = await uows.read().connection.fetch_one(text("SELECT count(*) AS found FROM session"))
    found: int = row.found
    return found


class TestNames:
    async def test_name_is_listed_and_exported_and_survives_a_refresh(
        self, ada: MemberClient
    ) -> None:
        response = await rename(ada, "  Laptop in the workshop ")

        assert response.status_code == 200
        assert response.json()["name"] == "Laptop in the workshop"
        assert response.json() == (await sessions(ada))[0]
        ada.access_token = (await refresh(ada)).json()["access_token"]
        assert (await sessions(ada))[0]["name"] == "Laptop in the workshop"
        export = (await ada.request("GET", "/v1/privacy/export")).json()
        assert [one["name"] for one in export["sessions"]] == ["Laptop in the workshop"]

    async def test_name_is_taken_back_by_null(self, ada: MemberClient) -> None:
        await rename(ada, "Laptop")

        assert (await rename(ada, None)).json()["name"] is None
        assert (await sessions(ada))[0]["name"] is None

    @pytest.mark.parametrize(
        "name",
        [
            "Täglich, zu Hause",
            "\u06a9\u062a\u0627\u0628\u200c\u062e\u0627\u0646\u0647",
            "👩\u200d🎨",
            "x" * 60,
            "a 'b' <c>",
        ],
    )
    async def test_name_of_any_language(self, ada: MemberClient, name: str) -> None:
        assert (await rename(ada, name)).json()["name"] == name

    @pytest.mark.parametrize(
        "name",
        [
            *("x" * 61, "two\nlines", "nul\0", "a\u2028b", "tab\there"),
            *("\u200b", "\u200d", "\u00ad", "\u3164", "\u2800", "\u115f\u200b"),
            *(1, ["x"]),
        ],
    )
    async def test_name_that_does_not_fit(self, ada: MemberClient, name: object) -> None:
        response = await rename(ada, name)

        assert_problem(response, 422, "invalid-input")
        assert [one["pointer"] for one in response.json()["errors"]] == ["#/name"]
        assert (await sessions(ada))[0]["name"] is None

    @pytest.mark.parametrize(
        "name", ["gpj\u202eexe.", "\u2066gpjexe.\u2069", "gpj\u200bexe.\u3164"]
    )
    async def test_name_is_kept_without_invisible_characters(
        self, ada: MemberClient, name: str
    ) -> None:
        assert (await rename(ada, name)).json()["name"] == "gpjexe."

    @pytest.mark.parametrize("empty", [None, "", " ", "\u00a0\u2003"])
    async def test_empty_name_removes_it(self, ada: MemberClient, empty: str | None) -> None:
        await rename(ada, "Laptop")

        assert (await rename(ada, empty)).json()["name"] is None

    @pytest.mark.parametrize("payload", [{}, {"name": "x", "id": 1}, [], None])
    async def test_payload_that_does_not_fit(self, ada: MemberClient, payload: object) -> None:
        path = f"/v1/auth/sessions/{ada.session_id}"

        response = await ada.request("PATCH", path, json=payload)

        assert_problem(response, 422, "invalid-input")

    async def test_name_of_another_members_session_is_not_found(
        self, ada: MemberClient, create_member: CreateMember
    ) -> None:
        bea = await create_member("bea")

        assert_problem(await rename(ada, "Mine", bea.session_id), 404, "not-found")
        assert (await sessions(bea))[0]["name"] is None

    async def test_name_is_not_stored_in_clear(
        self, ada: MemberClient, uows: UnitOfWorkFactory
    ) -> None:
        await rename(ada, "Workshop")

        row = await uows.read().connection.fetch_one(
            text("SELECT session::text AS all FROM session")
        )
        assert b"Workshop".hex() not in row.all
        assert "Workshop" not in row.all


class TestStatus:
    async def read_status(
        self, ada: MemberClient, token: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        ada.client.cookies.clear()
        cookie = {} if token is None else {"Cookie": f"{COOKIE}={token}"}
        return await ada.client.get("/v1/auth/session", headers=cookie | dict(headers or {}))

    async def is_signed_in(self, ada: MemberClient, token: str | None = None) -> bool:
        response = await self.read_status(ada, token)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
        assert response.json().keys() == {"signed_in"}
        return bool(response.json()["signed_in"])

    async def test_status_with_the_cookie_of_an_open_session(
        self, ada: MemberClient, clock: MovableClock
    ) -> None:
        """Asking ten times uses nothing up."""
        for _ in range(10):
            assert await self.is_signed_in(ada, ada.refresh_token)
            clock.advance(hours=1)

        assert (await refresh(ada)).status_code == 200

    @pytest.mark.parametrize("value", [None, "", "x", "x" * 80, "x" * 104, "%00"])
    async def test_status_without_a_cookie_of_ours(
        self, ada: MemberClient, value: str | None
    ) -> None:
        assert not await self.is_signed_in(ada, value)

    async def test_status_of_a_session_that_ended(self, ada: MemberClient) -> None:
        await ada.client.post("/v1/auth/logout", json={"refresh_token": ada.refresh_token})

        assert not await self.is_signed_in(ada, ada.refresh_token)

    async def test_status_of_a_replayed_token_says_no_and_ends_nothing(
        self, ada: MemberClient, clock: MovableClock
    ) -> None:
        old = ada.refresh_token
        for _ in range(2):
            ada.refresh_token = (await refresh(ada)).json()["refresh_token"]
        clock.advance(seconds=11)

        assert not await self.is_signed_in(ada, old)
        assert await self.is_signed_in(ada, ada.refresh_token)

    async def test_status_of_an_inactive_session_says_no(
        self, ada: MemberClient, clock: MovableClock
    ) -> None:
        clock.advance(days=31)

        assert not await self.is_signed_in(ada, ada.refresh_token)

    @pytest.mark.parametrize(
        "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
    )
    async def test_status_for_another_sites_page_is_refused(
        self, ada: MemberClient, headers: dict[str, str]
    ) -> None:
        response = await self.read_status(ada, ada.refresh_token, headers)

        assert_problem(response, 403, "origin-not-allowed")


class TestInactivity:
    async def test_session_without_a_refresh_for_thirty_days_has_ended(
        self, ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
    ) -> None:
        """The login is on 1 March at noon; the limit is midnight after 31 March."""
        clock.advance(days=30, hours=11, minutes=59)
        token = (await refresh(ada)).json()["refresh_token"]
        clock.advance(days=30, hours=12, minutes=1)

        first = await refresh(ada, token)

        assert_problem(first, 401, "refresh-token-refused")
        assert "too long" in first.json()["detail"]
        assert await count_rows(uows) == 0
        assert await ada.mailbox.collect() == []

    async def test_session_that_is_inactive_is_not_listed_nor_exported_nor_named(
        self, ada: MemberClient, clock: MovableClock
    ) -> None:
        old = ada.session_id
        clock.advance(days=31)
        await ada.sign_in()

        assert [one["id"] for one in await sessions(ada)] == [str(ada.session_id)]
        export = (await ada.request("GET", "/v1/privacy/export")).json()
        assert len(export["sessions"]) == 1
        assert_problem(await rename(ada, "Old", old), 404, "not-found")

    async def test_answer_that_is_lost_each_time_still_counts_as_activity(
        self, ada: MemberClient, clock: MovableClock
    ) -> None:
        for _ in range(5):
            assert (await refresh(ada)).status_code == 200
            clock.advance(days=15)

    async def test_session_of_the_version_before_has_the_limit_too(
        self, ada: MemberClient, uows: UnitOfWorkFactory, clock: MovableClock
    ) -> None:
        """Its content says neither `remembered` nor a name."""
        await seal_as_before(ada, uows)

        assert (await sessions(ada))[0]["name"] is None
        assert (await refresh(ada)).status_code == 200
        await seal_as_before(ada, uows)
        clock.advance(days=31)
        assert_problem(await refresh(ada), 401, "refresh-token-refused")


class TestVisit:
    async def test_cookie_of_a_visit_has_no_age_also_after_refreshes(
        self, ada: MemberClient, clock: MovableClock
    ) -> None:
        first = await sign_in(ada, remember=False)
        clock.advance(days=1)
        second = await ada.client.post("/v1/auth/refresh")

        for response in (first, second):
            assert response.status_code == 200
            cookie = refresh_cookie_of(response).lower()
            assert "max-age" not in cookie
            assert "expires" not in cookie
            assert "httponly" in cookie

    async def test_cookie_that_is_remembered_has_an_age(self, ada: MemberClient) -> None:
        assert "max-age=" in refresh_cookie_of(await sign_in(ada, remember=True)).lower()

    @pytest.mark.parametrize("session", ["cookie", "body"])
    async def test_session_of_a_visit_ends_one_day_after_the_last_refresh(
        self, ada: MemberClient, clock: MovableClock, session: str
    ) -> None:
        """The login is on 1 March at noon; the limit is midnight after 2 March."""
        response = await sign_in(ada, remember=False, session=session)
        token = response.json().get("refresh_token") or ada.client.cookies[COOKIE]
        ada.access_token = response.json()["access_token"]
        listed = await sessions(ada)

        clock.advance(hours=36)

        assert sorted(one["inactive_at"] for one in listed) == [
            "2026-03-03T00:00:00Z",
            "2026-04-01T00:00:00Z",
        ]
        assert_problem(await refresh(ada, token), 401, "refresh-token-refused")

    @pytest.mark.parametrize("value", [None, 0, "false", []])
    async def test_choice_that_does_not_fit(self, ada: MemberClient, value: object) -> None:
        body = {"login": "ada", "password": ada.password, "remember": value}

        assert_problem(await ada.client.post("/v1/auth/login", json=body), 422, "invalid-input")

    async def test_choice_is_to_be_remembered_by_default(self, ada: MemberClient) -> None:
        assert (await login(ada.client, "ada", ada.password)).status_code == 200
        assert {one["inactive_at"] for one in await sessions(ada)} == {"2026-04-01T00:00:00Z"}


async def seal_as_before(ada: MemberClient, uows: UnitOfWorkFactory) -> None:
    """Seal what the version before stored of the only session."""
    async with uows.transaction() as uow:
        credentials = await Accounts(uow).get_by_login(ada.username)
        assert credentials is not None
        days = {"signed_in_on": "2026-03-01", "renewed_on": "2026-03-01"}
        sealed = credentials.owner.key.seal(days, "session", ada.session_id, 1)
        await uow.connection.execute(
            text("UPDATE session SET sealed = :sealed"), {"sealed": sealed}
        )
