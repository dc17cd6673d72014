"""Whatever is sent, the answer is a documented refusal that repeats nothing of it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.databases import ACCOUNT_TABLES, count_all_rows
from tests.helpers.members import PASSWORD, MemberClient
from tests.helpers.openapi import Operation, operations

MARK = "kanarienvogel"
"""In everything hostile: no answer may repeat it."""

JSON = {"Content-Type": "application/json"}
KNOWN_ID = "019a0000-0000-7000-8000-000000000000"

OF_PEOPLE = ACCOUNT_TABLES | {"sign_up"}

WITH_JSON = [operation for operation in operations() if operation.takes_json]
WITH_PARAMETERS = [
    operation
    for operation in operations()
    if operation.parameters("path") + operation.parameters("query")
]

OF_NO_TYPE = {
    "NUL": f'"{MARK}\\u0000{MARK}"',
    "control": f'"{MARK}\\u0007"',
    "lone surrogate": f'"\\ud800{MARK}"',
    "surrogates swapped": f'"{MARK}\\udc00\\ud800"',
    "long": f'"{MARK * 10_000}"',
    "10 MB": f'"{MARK * 800_000}"',
    "10**400": "1" + "0" * 400,
    "5000 digits": "9" * 5000,
    "negative": "-1",
    "infinite": "1e400",
    "not a number": "NaN",
    "list": f'["{MARK}"]',
    "deep list": "[" * 100_000 + "]" * 100_000,
    "1 MB of lists": "[" * 500_000 + "]" * 500_000,
    "deep object": '{"a":' * 900 + f'"{MARK}"' + "}" * 900,
    "object": f'{{"key": {{"key": "{MARK}"}}}}',
    "cut": f'"{MARK}',
}
ONE_WRONG = {"true": "boolean", f'"{MARK}"': "string", "1": "number", "1.5": "number"}


def assert_refused(
    response: httpx.Response, operation: Operation | None, sent: str, *, quotes: bool = False
) -> None:
    """`quotes`: a length as it was typed is shown what of it was not understood, 40 characters."""
    told = f"{sent[:60]} to {operation}: {response.text[:500]}"
    assert 400 <= response.status_code < 500, told
    assert operation is None or response.status_code in operation.documented_statuses, told
    assert response.headers["Content-Type"] == "application/problem+json", told
    if operation is not None and operation.verb == "HEAD":
        assert response.content == b"", told
        return
    problem = response.json()
    assert set(problem) - {"errors"} == {"type", "title", "status", "detail", "instance"}, told
    assert problem["status"] == response.status_code
    everything = response.text + repr(response.headers)
    assert everything.count(MARK) <= (3 if quotes else 0), told
    assert PASSWORD not in everything, told
    assert len(response.content) < 30_000


def holding(example: dict[str, Any], path: tuple[str, ...], raw: str) -> str:
    """The example as JSON text, with `raw` in one place."""
    body: dict[str, Any] = json.loads(json.dumps(example))
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = "@@@"
    return json.dumps(body).replace('"@@@"', raw)


@pytest.fixture
async def model(ada: MemberClient) -> str:
    return await ada.add_model()


def address(operation: Operation, model: str) -> str:
    return operation.path.format(
        model_id=model,
        session_id=KNOWN_ID,
        username="ada",
        name="chest",
        edition="2027",
        file="people.csv",
    )


async def state(ada: MemberClient, uows: UnitOfWorkFactory) -> tuple[object, dict[str, int]]:
    export = await ada.request("GET", "/v1/privacy/export")
    assert export.status_code == 200
    counted = await count_all_rows(uows)
    return export.json(), {name: counted[name] for name in counted.keys() & OF_PEOPLE}


def test_all_that_the_bodies_take_is_tried() -> None:
    assert len(WITH_JSON) >= 16
    tried = {path[0] for operation in WITH_JSON for path, _ in operation.fields()}
    assert tried >= {"password", "email", "token", "bio", "social_accounts", "measurements"}


CHECK = "POST /v1/measurements/check"


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
async def test_every_field_of_every_body(
    ada: MemberClient, model: str, uows: UnitOfWorkFactory, operation: Operation
) -> None:
    before = await state(ada, uows)
    url = address(operation, model)
    for path, kind in operation.fields():
        wrong = [raw for raw, fits in ONE_WRONG.items() if fits != kind]
        for raw in [*OF_NO_TYPE.values(), *wrong]:
            body = holding(operation.example, path, raw)

            response = await ada.request(operation.verb, url, content=body.encode(), headers=JSON)

            if str(operation) == CHECK and path == ("measurements",) and response.is_success:
                # An object of unknown names: a form that is half typed is answered.
                assert response.json()["errors"], raw
                assert MARK not in response.text
                continue
            quotes = path[0] == "measurements"
            assert_refused(response, operation, f"{path}: {raw}", quotes=quotes)
    assert await state(ada, uows) == before


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
async def test_every_body_as_a_whole(
    ada: MemberClient, model: str, uows: UnitOfWorkFactory, operation: Operation
) -> None:
    before = await state(ada, uows)
    url = address(operation, model)
    good = json.dumps(operation.example).encode()
    first = next(iter(operation.example))
    mark = MARK.encode()
    bodies = [
        b"[]",
        b"1",
        b"true",
        b'"' + mark + b'"',
        b"[" + good + b"]",
        good[:-1],
        good + b"x",
        good.replace(b"}", b", }"),
        b"\xff\xfe" + good,
        b'{"' + first.encode() + b'": "' + mark + b'\xed\xa0\x80"}',
        b'{"' + first.encode() + b'": "' + mark + b'\xc3"}',
        good[:-1] + b', "' + first.encode() + b'": [["' + mark + b'"]]}',
        good[:-1] + b', "unknown": "' + mark + b'"}',
        good[:-1] + b', "__proto__": {"constructor": "' + mark + b'"}}',
        good[:-1] + b', "\\ud800": "' + mark + b'"}',
        b'{"a":' * 45_000,
        b"[" * 1_000_000,
        good + b" " * 300_000,
    ]
    for body in bodies:
        response = await ada.request(operation.verb, url, content=body, headers=JSON)

        assert_refused(response, operation, repr(body[:80]))
    assert await state(ada, uows) == before


KINDS = [
    b"text/plain",
    b"application/xml",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data",
    b"multipart/form-data; boundary=" + b"x" * 5000,
    b"image/png",
    b"application",
    b"/json",
    b"\xff\xfe",
    b"",
]


@pytest.mark.parametrize("operation", WITH_JSON, ids=str)
async def test_every_body_under_another_name(
    ada: MemberClient, model: str, uows: UnitOfWorkFactory, operation: Operation
) -> None:
    before = await state(ada, uows)
    body = json.dumps(operation.example).encode()
    token = ada.headers["Authorization"].encode()
    for kind in KINDS:
        response = await ada.client.request(
            operation.verb,
            address(operation, model),
            content=body,
            headers=[(b"authorization", token), (b"content-type", kind)],
        )

        assert_refused(response, operation, repr(kind))
    assert await state(ada, uows) == before


@pytest.mark.parametrize(
    "operation", [one for one in operations() if "requestBody" in one.details], ids=str
)
async def test_every_body_in_endless_pieces(
    ada: MemberClient, model: str, operation: Operation
) -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 3000:
            sent += 1
            yield MARK.encode() * 1000

    response = await ada.request(
        operation.verb, address(operation, model), content=pieces(), headers=JSON
    )

    assert_refused(response, operation, "pieces")
    # A report without a signature is not read at all.
    assert response.status_code == (403 if operation.path.endswith("/bounces") else 413)
    # 13 bytes a thousand times in each piece: 256 KiB are 20 pieces, the 10 MiB of a picture 807, and
    # the 32 MiB of an account export 2,582.
    large = {"picture": 1_000, "avatar": 1_000, "import": 2_700}
    assert sent < large.get(operation.path.rpartition("/")[2], 100)


IN_ADDRESSES = [
    "%00",
    f"{MARK}%00",
    "%ff%fe",
    "%ed%a0%80",
    "%f0%9f%a7%b5" * 20,
    MARK * 500,
    "1" + "0" * 400,
    "9" * 5000,
    f"..%2f{MARK}",
    f"%0d%0aSet-Cookie:%20{MARK}=1",
    f"%3cscript%3e{MARK}",
    f"';DROP%20TABLE%20account;--{MARK}",
    "%5b%5d",
    "%20",
    "-1",
]


@pytest.mark.parametrize("operation", WITH_PARAMETERS, ids=str)
async def test_every_parameter_of_every_address(
    ada: MemberClient, model: str, uows: UnitOfWorkFactory, operation: Operation
) -> None:
    before = await state(ada, uows)
    plain = address(operation, model)
    urls = [
        f"{plain}?{name}={value}"
        for name in operation.parameters("query")
        for value in IN_ADDRESSES
    ]
    urls += [
        operation.path.replace(f"{{{name}}}", value)
        for name in operation.parameters("path")
        for value in IN_ADDRESSES
    ]
    body: dict[str, Any] = {"json": operation.example} if operation.takes_json else {}
    for url in urls:
        target = httpx.URL("http://localhost:8000").copy_with(raw_path=url.encode())

        response = await ada.client.request(operation.verb, target, headers=ada.headers, **body)

        assert_refused(response, operation, url)
    assert await state(ada, uows) == before


TOKENS = [
    b"Bearer \xff\xfe",
    b"\xff",
    b"Bearer " + b"a" * 15_000,
    b"Bearer " + b"." * 5000,
    b"Bearer a.b.c d",
    b"Bearer \x00",
    b"Bearer e30.e30." + b"A" * 86,
    b"bearer",
    b" ",
]


@pytest.mark.parametrize(
    "operation", [one for one in operations() if one.details.get("security")], ids=str
)
async def test_every_secured_route_under_an_absurd_token(
    client: httpx.AsyncClient, operation: Operation
) -> None:
    for token in TOKENS:
        response = await client.request(
            operation.verb, address(operation, KNOWN_ID), headers=[(b"authorization", token)]
        )

        assert_refused(response, operation, repr(token))
        assert response.status_code == 401
