"""What a log record looks like, whatever went wrong."""

import asyncio
import gc
import json
import logging
import re
import time
import traceback

import pytest
from fastapi.exceptions import RequestValidationError
from sqlalchemy import text

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.logging.formatters import JsonFormatter, RedactingFormatter, configure

CANARY = "kanarienvogel"


@pytest.fixture
def log_output(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.setFormatter(RedactingFormatter("%(name)s: %(message)s"))
    return caplog


def _refuse() -> None:
    raise RequestValidationError([{"type": "missing", "input": CANARY}], body=CANARY)


def test_an_error_is_one_line_without_its_text_or_that_of_what_it_came_from(
    log_output: pytest.LogCaptureFixture,
) -> None:
    try:
        try:
            _refuse()
        except RequestValidationError:
            raise RuntimeError(CANARY)  # noqa: B904
    except RuntimeError as error:
        logging.getLogger("uvicorn.error").error("Exception\n", exc_info=error)  # noqa: TRY400

    (line,) = log_output.text.splitlines()
    here = r"tests\.test_logging:\d+"
    assert CANARY not in line
    expected = (
        rf"uvicorn\.error: Exception \(RuntimeError at {here}, "
        rf"after RequestValidationError at {here} < {here}\)"
    )
    assert re.fullmatch(expected, line), line


async def test_a_database_says_its_state_and_no_value(
    uows: UnitOfWorkFactory, log_output: pytest.LogCaptureFixture
) -> None:
    try:
        uow = uows.read()
        await uow.connection.execute(text(f"SELECT '{CANARY}'::int"))
    except Exception:
        logging.getLogger("dressform").exception("a query failed")

    (line,) = log_output.text.splitlines()
    assert CANARY not in line
    assert "(DatabaseError 22P02 at " in line
    assert "InvalidTextRepresentationError 22P02 at " in line


def test_a_group_tells_what_is_in_it(log_output: pytest.LogCaptureFixture) -> None:
    group = ExceptionGroup(CANARY, [OSError(28, CANARY)])
    logging.getLogger("dressform").error("no", exc_info=group)

    assert (
        log_output.text
        == "dressform: no (ExceptionGroup at no frame, after OSError 28 at no frame)\n"
    )


def test_what_an_operator_must_mend_is_told_in_its_words(
    log_output: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger("dressform").error("no", exc_info=StartupError("Set a key."))

    assert log_output.text == "dressform: no (StartupError: Set a key. at no frame)\n"


async def test_a_task_that_nobody_waits_for_tells_nothing_either(
    log_output: pytest.LogCaptureFixture,
) -> None:
    loop = asyncio.get_running_loop()
    loop.call_soon(_fail, CANARY)
    task = asyncio.ensure_future(_failing())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

    lines = log_output.text.splitlines()
    assert len(lines) == 2
    assert CANARY not in log_output.text
    assert lines[0].startswith("asyncio: Exception in callback _fail (ValueError at ")
    assert lines[1].startswith("asyncio: Task exception was never retrieved (ValueError at ")


def _fail(what: str) -> None:
    raise ValueError(what)


async def _failing() -> None:
    raise ValueError(CANARY)


def test_a_start_that_failed_is_told_like_any_error(log_output: pytest.LogCaptureFixture) -> None:
    try:
        _fail(CANARY)
    except ValueError:
        logging.getLogger("uvicorn.error").error(traceback.format_exc())  # noqa: TRY400

    (line,) = log_output.text.splitlines()
    assert line.startswith("uvicorn.error: the start or the stop failed (ValueError at ")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_the_time_is_in_utc_wherever_the_machine_is(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    record = logging.makeLogRecord({"msg": "x", "created": 1_795_867_119.6})
    line = RedactingFormatter("%(asctime)s %(message)s").format(record)
    monkeypatch.undo()
    time.tzset()

    assert line == "2026-11-28T11:58:39Z x"


def test_a_json_line_is_one_object_of_the_same_words() -> None:
    try:
        _fail(CANARY)
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.makeLogRecord(
        {"name": "dressform", "levelname": "ERROR", "msg": 'a "failure"\nof two', "exc_info": info}
    )
    (line,) = JsonFormatter().format(record).splitlines()

    found = json.loads(line)
    assert set(found) == {"time", "level", "logger", "message"}
    assert (found["level"], found["logger"]) == ("ERROR", "dressform")
    assert found["message"].startswith('a "failure" (ValueError at ')
    assert CANARY not in line


@pytest.mark.parametrize("character", ["\r", "\x1b", "\0", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("formatter", [RedactingFormatter("%(message)s"), JsonFormatter()])
def test_a_control_character_does_not_reach_a_terminal(
    formatter: logging.Formatter, character: str
) -> None:
    line = formatter.format(logging.makeLogRecord({"msg": f"before{character}after"}))

    assert character not in line
    assert "before?after" in line


@pytest.mark.parametrize(
    ("log_format", "formatter"), [("text", RedactingFormatter), ("json", JsonFormatter)]
)
def test_the_setting_chooses_the_format(log_format: str, formatter: type) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure("info", log_format)
        assert [type(handler.formatter) for handler in root.handlers] == [formatter]
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
