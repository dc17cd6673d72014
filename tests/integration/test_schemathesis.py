"""The whole document against the running application: whatever is sent, it keeps its word.

Schemathesis makes requests from the document, good ones and bad ones, and compares the answers with
it: statuses, headers, bodies, who may do what, what is gone.
"""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI

from dressform import clock as wall
from dressform.actions import delay_refusal
from dressform.clock import Clock
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.editions import publish_edition
from tests.helpers.http_server import serve_app
from tests.helpers.images import make_image
from tests.helpers.members import CreateMember
from tests.helpers.openapi import operations
from tests.helpers.operators import grant_operator

ENDING = ("end_session", "delete_account")
"""What would sign out the member who tries all the others; tried on its own by another."""

NO_JSON = ("report_bounce",)
"""Its body is a mail, which the tool cannot write: tests/security/test_forged_reports.py tries it."""

# The document's own example would be right for a member with the password of the other tests.
SECRET = "nine looms hum by the canal"
IMAGE = {"Content-Type": "image/png"}


@pytest.fixture(autouse=True)
def _refuse_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of wrong codes and passwords are refused here."""
    monkeypatch.setattr(delay_refusal, "REFUSAL_SECONDS", 0.0)


@pytest.fixture
def clock() -> Clock:
    """Limits and tokens run by the real one, as the tool does."""
    return wall.now


@pytest.fixture
async def members(create_member: CreateMember, uows: UnitOfWorkFactory, tmp_path: Path) -> Path:
    """Two members with something to find, Ada an operator too; their tokens for the tool to read.

    And an edition, by the name that the document has for an example.
    """
    await publish_edition(uows)
    found = []
    for name in ("ada", "grace"):
        member = await create_member(name, password=SECRET)
        await member.request("PUT", "/v1/profiles/me/picture", content=make_image(), headers=IMAGE)
        model = await member.add_model()
        await member.request(
            "PUT", f"/v1/models/{model}/avatar", content=make_image(), headers=IMAGE
        )
        headers = [{"name": key, "value": value} for key, value in member.headers.items()]
        found.append({"name": name, "fixedHeaders": headers})
        if name == "ada":
            await grant_operator(uows, member)
    path = tmp_path / "members.json"
    path.write_text(json.dumps({"auth": found}))
    return path


async def tried(app: FastAPI, members: Path, folder: Path, *options: str) -> str:
    """What the tool says; it must have found nothing."""
    tool = Path(sys.executable).with_name("st")
    config = Path(__file__).with_name("schemathesis.toml")
    async with serve_app(app) as port:
        process = await asyncio.create_subprocess_exec(
            tool,
            "--config-file",
            config,
            "run",
            f"http://127.0.0.1:{port}/openapi.json",
            *options,
            cwd=folder,
            env=os.environ | {"MEMBERS": str(members), "NO_COLOR": "1", "COLUMNS": "120"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    said = output.decode()
    assert process.returncode == 0, said
    return said


def number(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    assert found, said
    return int(found[1])


@pytest.mark.audit
@pytest.mark.timeout(600)
async def test_every_operation_keeps_its_word(app: FastAPI, members: Path, tmp_path: Path) -> None:
    said = await tried(
        app,
        members,
        tmp_path,
        "--max-examples=25",
        *(f"--exclude-operation-id={name}" for name in (*ENDING, *NO_JSON)),
    )

    assert number(r"Tested: (\d+)", said) == len(operations()) - len(ENDING) - len(NO_JSON)
    assert number(r"(\d+) generated", said) > 1000


async def test_what_ends_a_session_keeps_its_word(
    app: FastAPI, members: Path, tmp_path: Path
) -> None:
    said = await tried(
        app,
        members,
        tmp_path,
        "--max-examples=25",
        *(f"--include-operation-id={name}" for name in ("list_sessions", *ENDING)),
    )

    assert number(r"Tested: (\d+)", said) == len(ENDING) + 1
