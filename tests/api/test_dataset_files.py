"""Downloads: whole, in parts, resumed, and not again."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.conftest import MovableClock
from tests.helpers.access_log import list_records
from tests.helpers.assertions import assert_problem, comparable_response
from tests.helpers.databases import watch_statements
from tests.helpers.editions import FILES, PEOPLE, content_of, publish_edition
from tests.helpers.http_server import serve_app

FOLDER = "/v1/dataset/editions/2027/files"
CSV = f"{FOLDER}/people.csv"
TAG = f'"{sha256(PEOPLE).hexdigest()}"'
SIZE = len(PEOPLE)
PUBLISHED = "Sun, 01 Mar 2026 00:00:00 GMT"


@pytest.fixture(autouse=True)
async def _edition(uows: UnitOfWorkFactory) -> None:
    await publish_edition(uows)


@pytest.fixture
async def served(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Over a real server."""
    async with (
        serve_app(app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


@pytest.mark.parametrize("name", [file.name for file in FILES])
async def test_a_file_comes_with_all_that_is_to_know(served: httpx.AsyncClient, name: str) -> None:
    response = await served.get(f"{FOLDER}/{name}")

    content = content_of(name)
    digest = sha256(content)
    assert response.status_code == 200
    assert response.content == content
    expected = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Length": str(len(content)),
        "ETag": f'"{digest.hexdigest()}"',
        "Last-Modified": PUBLISHED,
        "Link": '<https://creativecommons.org/publicdomain/zero/1.0/>; rel="license"',
        "Repr-Digest": f"sha-256=:{b64encode(digest.digest()).decode()}:",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    assert {key: response.headers.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("name", "kind", "disposition"),
    [
        ("people.csv", "text/csv; charset=utf-8", 'attachment; filename="people.csv"'),
        ("privacy.json", "application/json", 'attachment; filename="privacy.json"'),
        ("README.md", "text/markdown; charset=utf-8", 'attachment; filename="README.md"'),
        ("quantiles.en.svg", "image/svg+xml; charset=utf-8", 'inline; filename="quantiles.en.svg"'),
    ],
)
async def test_only_pictures_are_shown_in_place(
    client: httpx.AsyncClient, name: str, kind: str, disposition: str
) -> None:
    headers = (await client.get(f"{FOLDER}/{name}")).headers

    assert headers["Content-Type"] == kind
    assert headers["Content-Disposition"] == disposition
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert ("sandbox" in headers["Content-Security-Policy"]) == kind.startswith("image/svg+xml")


PARTS = {
    "bytes=0-0": (0, 1),
    "bytes=0-99": (0, 100),
    "bytes=100-": (100, SIZE),
    "bytes=-100": (SIZE - 100, SIZE),
    f"bytes=-{SIZE}": (0, SIZE),
    f"bytes=-{SIZE + 1}": (0, SIZE),
    f"bytes=0-{SIZE}": (0, SIZE),
    f"bytes={SIZE - 1}-": (SIZE - 1, SIZE),
    "bytes=5-999999999999999999": (5, SIZE),
    "bytes=262143-262144": (262_143, 262_145),
    "bytes=100000-700000": (100_000, 700_001),
    "Bytes= 1-2": (1, 3),
    "bytes=007-8": (7, 9),
}


@pytest.mark.parametrize(("asked", "part"), PARTS.items())
async def test_a_part(served: httpx.AsyncClient, asked: str, part: tuple[int, int]) -> None:
    response = await served.get(CSV, headers={"Range": asked})

    start, stop = part
    assert response.status_code == 206
    assert response.content == PEOPLE[start:stop]
    assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert response.headers["Content-Length"] == str(stop - start)
    assert response.headers["ETag"] == TAG
    assert response.headers["Repr-Digest"] == (
        f"sha-256=:{b64encode(sha256(PEOPLE).digest()).decode()}:"
    )


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
async def test_a_part_behind_the_end(served: httpx.AsyncClient, asked: str) -> None:
    response = await served.get(CSV, headers={"Range": asked})

    assert_problem(response, 416, "range-not-satisfiable")
    assert response.headers["Content-Range"] == f"bytes */{SIZE}"
    assert response.headers["Cache-Control"] == "no-store"


WHOLE = [
    "",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=9-1",
    "bytes=a-b",
    "bytes=1",
    "bytes=--1",
    "bytes=1--",
    "bytes=+1-2",
    "bytes=0x1-2",
    "bytes=1 - 2",
    "bytes=\xb2-\xb3",
    "bytes 0-1",
    "lines=0-1",
    "bytes=0-0,5-6",
    "bytes=0-0,",
    f"bytes={','.join(['0-'] * 1000)}",
    f"bytes={'9' * 5000}-",
    f"bytes=0-{'9' * 19}",
]


@pytest.mark.parametrize("asked", WHOLE)
async def test_what_is_no_plain_range_gets_all_of_it(client: httpx.AsyncClient, asked: str) -> None:
    response = await client.get(CSV, headers=[(b"Range", asked.encode("latin-1"))])

    assert response.status_code == 200
    assert response.content == PEOPLE
    assert "Content-Range" not in response.headers


CONDITIONS = {
    TAG: 206,
    PUBLISHED: 206,
    f"W/{TAG}": 200,
    '"another"': 200,
    TAG.strip('"'): 200,
    "*": 200,
    "Sun, 01 Mar 2026 00:00:01 GMT": 200,
    "Sat, 28 Feb 2026 23:59:59 GMT": 200,
    "yesterday": 200,
}


@pytest.mark.parametrize(("condition", "status"), CONDITIONS.items())
async def test_a_part_of_what_the_client_has_the_rest_of(
    client: httpx.AsyncClient, condition: str, status: int
) -> None:
    headers = {"Range": "bytes=5-9", "If-Range": condition}

    response = await client.get(CSV, headers=headers)

    assert response.status_code == status
    assert response.content == (PEOPLE[5:10] if status == 206 else PEOPLE)


async def test_a_part_behind_the_end_of_another_file_is_all_of_this(
    client: httpx.AsyncClient,
) -> None:
    headers = {"Range": f"bytes={SIZE}-", "If-Range": '"another"'}

    assert (await client.get(CSV, headers=headers)).status_code == 200


KNOWN = [
    ({"If-None-Match": TAG}, 304),
    ({"If-None-Match": f'"a", W/{TAG} , "b"'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": TAG, "Range": "bytes=0-9"}, 304),
    ({"If-None-Match": '"another"'}, 200),
    ({"If-None-Match": '"another"', "If-Modified-Since": PUBLISHED}, 200),
    ({"If-None-Match": ""}, 200),
    ({"If-Modified-Since": PUBLISHED}, 304),
    ({"If-Modified-Since": "Mon, 02 Mar 2026 00:00:00 GMT"}, 304),
    ({"If-Modified-Since": "Sat, 28 Feb 2026 23:59:59 GMT"}, 200),
    ({"If-Modified-Since": "Sun, 99 Mar 2026 11:59:59 GMT"}, 200),
    ({"If-Modified-Since": "9" * 5000}, 200),
    ({"If-Modified-Since": ""}, 200),
]


@pytest.mark.parametrize(("headers", "status"), KNOWN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_the_client_has_is_not_sent_again(
    served: httpx.AsyncClient, method: str, headers: dict[str, str], status: int
) -> None:
    response = await served.request(method, CSV, headers=headers)

    assert response.status_code == status
    assert response.headers["ETag"] == TAG
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    if method == "GET":
        assert response.content == (PEOPLE if status == 200 else b"")


async def test_a_published_moment_is_a_date_of_whole_seconds(
    client: httpx.AsyncClient, uows: UnitOfWorkFactory, clock: MovableClock
) -> None:
    """What was published within a second is not newer than that second."""
    clock.advance(days=1, microseconds=999_999)
    await publish_edition(uows, "2028")
    path = "/v1/dataset/editions/2028/files/people.csv"
    since = (await client.get(path)).headers["Last-Modified"]

    assert since == "Mon, 02 Mar 2026 00:00:00 GMT"
    assert (await client.get(path, headers={"If-Modified-Since": since})).status_code == 304


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=0-9"}, {"Range": f"bytes={SIZE}-"}])
async def test_a_downloader_asks_for_the_length_first(
    served: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    """To a question without an answer a range means nothing."""
    told = await served.head(CSV, headers=asked)
    sent = await served.get(CSV)

    changing = {"date", "x-request-id"}
    assert told.status_code == 200
    assert told.content == b""
    assert {name: value for name, value in told.headers.items() if name not in changing} == {
        name: value for name, value in sent.headers.items() if name not in changing
    }
    assert told.headers["Content-Length"] == str(SIZE)


async def test_no_other_method_is_taken(client: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        response = await client.request(method, CSV)

        assert_problem(response, 405, "method-not-allowed")
        assert response.headers["Allow"] == "GET, HEAD"


async def test_a_download_that_broke_off_is_resumed(served: httpx.AsyncClient) -> None:
    """As curl and browsers do it."""
    got = b""
    async with served.stream("GET", CSV) as response:
        tag = response.headers["ETag"]
        async for piece in response.aiter_raw():
            got += piece
            if len(got) > 100_000:
                break
    assert 100_000 < len(got) < SIZE

    rest = await served.get(CSV, headers={"Range": f"bytes={len(got)}-", "If-Range": tag})

    assert rest.status_code == 206
    assert got + rest.content == PEOPLE
    assert sha256(got + rest.content).hexdigest() == tag.strip('"')


async def test_parts_that_are_fetched_at_once_make_the_whole(served: httpx.AsyncClient) -> None:
    step = SIZE // 7 + 1
    ranges = [f"bytes={start}-{start + step - 1}" for start in range(0, SIZE, step)]

    parts = await asyncio.gather(*(served.get(CSV, headers={"Range": one}) for one in ranges))

    assert {part.status_code for part in parts} == {206}
    assert b"".join(part.content for part in parts) == PEOPLE


async def test_a_small_part_does_not_load_the_file(client: httpx.AsyncClient) -> None:
    asked: list[tuple[str, list[Any]]] = []

    with watch_statements(lambda *statement: asked.append(statement)):
        await client.get(CSV, headers={"Range": "bytes=700000-700009"})

    ((sql, values),) = [(sql, values) for sql, values in asked if "content" in sql]
    assert sql.count("content") == sql.count("SUBSTRING(dataset_file.content FROM") == 1
    assert tuple(values)[:2] == (700_001, 10)


async def test_it_is_open_to_all_and_still_leaves_its_line(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await client.get(CSV, headers={"Range": "bytes=0-9"})
    await client.head(CSV)
    await client.get("/dataset/2027")

    assert [(record.method, record.status, record.route) for record in await list_records(app)] == [
        ("GET", 206, "/v1/dataset/editions/{edition}/files/{file}"),
        ("HEAD", 200, "/v1/dataset/editions/{edition}/files/{file}"),
        ("GET", 200, "/dataset/{edition}"),
    ]


HOSTILE = [
    "..",
    ".",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "people.csv%00",
    "people.csv%0a",
    "a" * 101,
    "a" * 10_000,
    "%f0%9f%a7%b5.csv",
    "%ff%fe",
    "%ed%a0%80",
    "pe%6Fple.csv%20",
    "-people.csv",
    "people.csv'--",
    "people%25.csv",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("template", [f"{FOLDER}/*", "/v1/dataset/editions/*", "/dataset/*"])
async def test_a_hostile_name_is_refused(
    served: httpx.AsyncClient, template: str, name: str
) -> None:
    as_it_is = {"target": template.replace("*", name).encode()}

    response = await served.get("/", extensions=as_it_is)

    assert response.status_code in {400, 404, 422}
    assert response.headers["Content-Type"] == "application/problem+json"
    assert len(response.content) < 1000


async def test_what_is_not_there_looks_the_same_everywhere(client: httpx.AsyncClient) -> None:
    missing = [f"{FOLDER}/nobody.csv", "/v1/dataset/editions/2031/files/people.csv"]

    answers = [comparable_response(await client.get(path)) for path in missing]

    assert answers[0] == answers[1]
    assert answers[0][0] == 404
