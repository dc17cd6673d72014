"""One account has one picture, one import and one export in flight, whose memory is bounded."""

import asyncio
import json
import tracemalloc
from uuid import UUID

import httpx
from fastapi import FastAPI

from dressform.api.schemas.account_export import AccountExport
from dressform.repositories.members import MEMBER_QUERY, Members
from dressform.repositories.pictures import Avatars
from tests.helpers.assertions import assert_problem
from tests.helpers.http_server import serve_app
from tests.helpers.images import make_image
from tests.helpers.members import CreateMember, MemberClient

CSV = {"Content-Type": "text/csv"}
SLOW_CSV = b"".join(b"chest,%d 1/2 in,\n" % number for number in range(4990))


async def test_a_second_picture_of_an_account_is_refused_and_that_of_another_is_not(
    ada: MemberClient, create_member: CreateMember
) -> None:
    bob, model = await create_member("bob"), await ada.add_model()
    large, png = make_image("PNG", size=(5000, 5000)), {"Content-Type": "image/png"}
    first = asyncio.create_task(
        ada.request("PUT", "/v1/profiles/me/picture", content=large, headers=png)
    )
    await asyncio.sleep(0.2)

    second, avatar, other = await asyncio.gather(
        ada.request("PUT", "/v1/profiles/me/picture", content=large, headers=png),
        ada.request("PUT", f"/v1/models/{model}/avatar", content=large, headers=png),
        bob.request("PUT", "/v1/profiles/me/picture", content=make_image("PNG"), headers=png),
    )

    for refused in (second, avatar):
        assert_problem(refused, 429, "rate-limited")
        assert refused.headers["Retry-After"] == "2"
    assert other.status_code == 204
    assert (await first).status_code == 204
    again = await ada.request(
        "PUT", "/v1/profiles/me/picture", content=make_image("PNG"), headers=png
    )
    assert again.status_code == 204


async def test_a_second_import_of_an_account_is_refused(ada: MemberClient) -> None:
    url = "/v1/models/import?dry_run=true"

    answers = await asyncio.gather(
        *(ada.request("POST", url, content=SLOW_CSV, headers=CSV) for _ in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 429, 429, 429]
    assert (await ada.request("POST", url, content=b"chest,1105,mm", headers=CSV)).is_success


async def test_a_second_export_is_refused_while_the_first_is_not_read(
    ada: MemberClient, app: FastAPI
) -> None:
    await add_avatars(app, ada, 40)
    async with serve_app(app) as port, httpx.AsyncClient(timeout=20) as client:
        url, headers = f"http://127.0.0.1:{port}/v1/privacy/export", ada.headers
        async with client.stream("GET", url, headers=headers) as unread:
            assert unread.status_code == 200

            refused = await client.get(url, headers=headers)
            assert_problem(refused, 429, "rate-limited")

        await asyncio.sleep(0.3)  # The connection was closed in the middle.
        assert (await client.get(url, headers=headers)).status_code == 200


async def test_an_unread_export_takes_little_memory(ada: MemberClient, app: FastAPI) -> None:
    """The export has 30 MB."""
    await add_avatars(app, ada, 40)
    async with serve_app(app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        tracemalloc.start()
        token = ada.access_token.encode()
        writer.write(
            b"GET /v1/privacy/export HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n\r\n"
            % token
        )
        await asyncio.sleep(3)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        writer.close()

    assert peak < 12_000_000


async def test_a_streamed_export_is_what_the_document_describes(
    ada: MemberClient, app: FastAPI
) -> None:
    await add_avatars(app, ada, 2)
    await ada.add_model(name='"quoted"\n'.strip())

    response = await ada.request("GET", "/v1/privacy/export")

    export = AccountExport.model_validate_json(response.content)
    assert list(response.json()) == list(AccountExport.model_fields)
    assert response.json() == json.loads(export.model_dump_json())
    assert [model.avatar_webp is None for model in export.models] == [False, False, True]


NOISE = bytes(range(256)) * 2300


async def add_avatars(app: FastAPI, person: MemberClient, number: int) -> None:
    """Store avatars of 590 KB, as those of noise are."""
    service = app.state.dressform
    claims = service.tokens.verify(person.access_token, at=service.uows.clock())
    found = await Members(service.uows.read()).get_by_session(
        claims.session_id, claims.account_id, MEMBER_QUERY
    )
    assert found is not None
    for _ in range(number):
        model = UUID(await person.add_model())
        async with service.uows.transaction() as uow:
            await Avatars(uow).put(found[0], model, NOISE)
