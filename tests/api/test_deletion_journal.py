"""What a member deletes is in the journal before anybody is told; else nothing is deleted."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.consents import CONSENT, agree
from tests.helpers.images import make_image
from tests.helpers.members import CreateMember, Mailbox, MemberClient
from tests.journal.backups import content_of

IMAGE = {"Content-Type": "image/png"}
DELETIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "the account": ("POST", "/v1/privacy/erasure", {"json": {"password": "{password}"}}),
    "a model": ("DELETE", "{model}", {}),
    "an avatar": ("DELETE", "{model}/avatar", {}),
    "a picture": ("DELETE", "/v1/profiles/me/picture", {}),
    "a consent": ("PUT", CONSENT, {"json": {"granted": False}}),
}


@pytest.fixture
async def model(ada: MemberClient) -> str:
    """The path of a model, of somebody who has everything."""
    model = f"/v1/models/{await ada.add_model()}"
    for path in ("/v1/profiles/me/picture", f"{model}/avatar"):
        answer = await ada.request("PUT", path, content=make_image(), headers=IMAGE)
        assert answer.status_code == 204
    assert (await agree(ada)).status_code == 200
    await ada.mailbox.collect()
    return model


async def delete(person: MemberClient, model: str, what: str) -> Any:
    method, path, more = DELETIONS[what]
    if what == "the account":
        more = {"json": {"password": person.password}}
    return await person.request(method, path.format(model=model), **more)


@pytest.mark.parametrize("what", DELETIONS)
async def test_each_deletion_is_written_down_and_confirmed_once(
    ada: MemberClient, model: str, settings: Settings, what: str
) -> None:
    assert content_of(settings) == ""

    assert (await delete(ada, model, what)).is_success

    written, confirmed = content_of(settings).strip().splitlines()
    assert written.startswith('{"number": 1, "deleted": ["')
    assert confirmed == '{"committed": 1}'
    await delete(ada, model, what)
    assert content_of(settings).count("\n") == 2


@pytest.mark.parametrize("what", DELETIONS)
@pytest.mark.parametrize("how", ["no folder", "a disk error"])
async def test_where_it_cannot_be_written_nothing_is_deleted(
    ada: MemberClient, model: str, settings: Settings, *, what: str, how: str
) -> None:
    before = (await ada.request("GET", "/v1/privacy/export")).json()

    with BLOCKED[how](settings.state_dir / "deletions"):
        answer = await delete(ada, model, what)

    assert_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "30"
    assert (await ada.request("GET", "/v1/privacy/export")).json() == before
    assert await ada.mailbox.collect() == []
    assert (await delete(ada, model, what)).is_success


@contextmanager
def a_file_instead(folder: Path) -> Iterator[None]:
    folder.write_text("")
    yield
    folder.unlink()


@contextmanager
def a_disk_error(_: Path) -> Iterator[None]:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        yield


BLOCKED = {"no folder": a_file_instead, "a disk error": a_disk_error}


async def test_who_takes_the_address_of_an_account_that_is_over_is_written_down(
    ada: MemberClient,
    create_member: CreateMember,
    settings: Settings,
    clock: MovableClock,
    mailbox: Mailbox,
) -> None:
    """A registration ends an account that the worker was late for."""
    clock.advance(days=366 + 31)

    await create_member("bob", email=ada.email)

    assert content_of(settings).count("deleted") == 1


async def test_a_file_that_is_removed_while_it_is_in_use_is_made_anew(
    ada: MemberClient, create_member: CreateMember, settings: Settings
) -> None:
    first, second = [f"/v1/models/{await ada.add_model()}" for _ in range(2)]
    await ada.request("DELETE", first)
    (path,) = (settings.state_dir / "deletions").glob("*/*")
    path.unlink()

    assert (await ada.request("DELETE", second)).status_code == 204

    (other,) = (settings.state_dir / "deletions").glob("*/*")
    assert other.name != path.name
    assert Path(other).read_text().endswith('{"committed": 1}')
