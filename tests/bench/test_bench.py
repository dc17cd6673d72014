"""The bench has a request for every operation of the OpenAPI document, and each is answered as it says."""

import asyncio
import os
import re
import subprocess
import sys
import time

import httpx
import pytest
from fastapi import FastAPI

from tests.bench import processor_time
from tests.bench.load import Load, Request, UnexpectedAnswerError, measure
from tests.bench.members import Members
from tests.bench.operations import choose
from tests.bench.prepared import PREPARED
from tests.helpers.http_server import serve_app
from tests.helpers.openapi import Operation, operations


def test_each_operation_has_its_prepared_request_and_none_is_left_over() -> None:
    assert {operation.id for operation in operations()} == PREPARED.keys()


def test_an_operation_without_a_prepared_request_stops_the_bench() -> None:
    prepared = {key: value for key, value in PREPARED.items() if key != "read_model"}

    with pytest.raises(SystemExit, match=r"read_model \(GET /v1/models/\{model_id\}\)"):
        choose([], prepared)


def test_an_unknown_operation_stops_the_bench() -> None:
    with pytest.raises(SystemExit, match="read_modle"):
        choose(["read_modle"], PREPARED)


async def test_prepared_requests_are_answered_as_expected(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    """With one request of each, so that the bench stays usable."""
    service = app.state.dressform
    members = await Members.create(service.uows, service.tokens)
    answered, expected = {}, {}
    for operation in operations():
        prepared = PREPARED[operation.id]
        (sequence,) = await prepared.make(members, 1)
        for request in sequence:
            assert _is_of(request, operation), f"{request} is none of {operation}"
            answer = await client.request(
                request.method, request.path, headers=request.headers, content=request.body
            )
            answered[operation.id] = (
                f"{answer.status_code}{'' if answer.is_success else answer.text}"
            )
            expected[operation.id] = str(prepared.status)

    assert expected == answered


def _is_of(request: Request, operation: Operation) -> bool:
    template = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation.path))
    path = request.path.partition("?")[0]
    return request.method == operation.verb and re.fullmatch(template, path) is not None


async def test_an_unexpected_status_fails_the_measurement_with_the_answer(app: FastAPI) -> None:
    load = Load([[Request("GET", "/v1/models")]] * 2, seconds=0.1)
    async with serve_app(app) as port:
        with pytest.raises(
            UnexpectedAnswerError, match=r"GET /v1/models .*\n.* 401 (.|\n)*unauthenticated"
        ):
            await asyncio.to_thread(measure, port, load)


async def test_requests_of_once_are_each_sent_once(app: FastAPI) -> None:
    requests = [[Request("GET", "/health/live")] * 3, [Request("GET", "/health/ready")] * 2]
    async with serve_app(app) as port:
        found = await asyncio.to_thread(measure, port, Load(requests, once=True))

    assert found.answers == 5


def test_processor_time_is_that_of_another_process_and_of_its_children() -> None:
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        time.sleep(0.3)
        child, family = (
            processor_time.of_process(process.pid),
            processor_time.of_family(os.getpid()),
        )
        took = time.monotonic() - began
        process.kill()

    assert 0 < child <= took
    assert family > child
