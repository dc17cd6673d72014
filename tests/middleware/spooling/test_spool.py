import asyncio
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from dressform.app import create_app
from dressform.errors import StartupError
from dressform.middleware.spooling.disk import assert_usable
from dressform.middleware.spooling.orphans import orphans
from dressform.middleware.spooling.spool import Spool, new_spool
from dressform.settings import Settings
from tests.commands import environment
from tests.middleware.lines import line, lines


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    spool = new_spool(tmp_path / "deep" / "spool")
    spool.append(line())
    try:
        assert stat.S_IMODE(spool.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(spool.path.parent.stat().st_mode) == 0o700
    finally:
        spool.leave()


def test_a_folder_is_usable_or_else_that_is_told(tmp_path: Path) -> None:
    assert_usable(tmp_path / "deep" / "spool")
    assert list((tmp_path / "deep" / "spool").iterdir()) == []

    with pytest.raises(StartupError, match=r"/proc/spool \(No such file"):
        assert_usable(Path("/proc/spool"))


async def test_an_application_tells_before_it_starts(settings: Settings) -> None:
    (settings.state_dir / "spool").write_text("in the way")
    app = create_app(settings)
    with pytest.raises(StartupError, match="File exists"):
        async with app.router.lifespan_context(app):
            pass


def test_a_line_is_in_the_file_at_once(tmp_path: Path) -> None:
    spool = new_spool(tmp_path)
    written = lines(3)
    for one in written:
        spool.append(one)

    assert spool.path.read_bytes() == b"".join(written)
    assert spool.size == len(b"".join(written))
    spool.remove()
    assert list(tmp_path.iterdir()) == []


def test_while_its_process_lives_nobody_else_takes_it(tmp_path: Path) -> None:
    spool = new_spool(tmp_path)
    assert list(orphans(tmp_path, {})) == []

    spool.leave()
    (found,) = orphans(tmp_path, {})
    assert found.path == spool.path
    found.leave()


def test_a_killed_process_lets_go_of_it(tmp_path: Path) -> None:
    owner = (
        "import sys; from pathlib import Path; from dressform.middleware.spooling.spool import new_spool; "
        "new_spool(Path(sys.argv[1])).append(sys.argv[2].encode()); print(flush=True); "
        "sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", owner, tmp_path, "a line"], stdin=pipe, stdout=pipe
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert list(orphans(tmp_path, {})) == []
        process.kill()
        process.wait()

    (found,) = orphans(tmp_path, {})
    assert found.path.read_bytes() == b"a line"
    found.leave()


def test_a_torn_line_is_left(tmp_path: Path) -> None:
    whole = b"".join(lines(2))
    path = tmp_path / "torn.spool"
    path.write_bytes(whole + line()[:30])
    spool = Spool(path, create=False)
    try:
        assert spool.read(0, 10_000) == whole
        assert spool.read(len(whole), 10_000) == b""
    finally:
        spool.leave()


def test_blocks_are_whole_lines(tmp_path: Path) -> None:
    spool = new_spool(tmp_path)
    written = lines(50)
    for one in written:
        spool.append(one)
    read, blocks = b"", 0
    while block := spool.read(len(read), 1000):
        assert block.endswith(b"\n")
        read += block
        blocks += 1

    assert read == b"".join(written)
    assert blocks > 1
    spool.remove()


def test_what_was_let_go_is_never_written_to(tmp_path: Path) -> None:
    """Its number may be another file's by then."""
    spool = new_spool(tmp_path)
    spool.leave()
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    spool.append(line())
    spool.leave()
    spool.remove()

    assert os.fstat(other).st_size == 0
    os.close(other)


def test_many_who_look_for_orphans_find_each_once(tmp_path: Path) -> None:
    for _ in range(150):
        new_spool(tmp_path).leave()
    found: list[str] = []
    begin = threading.Barrier(6)

    def look() -> None:
        begin.wait()
        for spool in orphans(tmp_path, {}):
            found.append(spool.name)
            spool.remove()

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == len(set(found)) == 150


FULL_DISK = """
import asyncio, json, resource, sys
import httpx
from sqlalchemy import text
from dressform.app import create_app
from dressform.repositories.access_log import BECOME
from dressform.settings import load

async def main():
    app = create_app(load())
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    told = {}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:

            async def ask(times):
                return {(await client.get("/health/live")).status_code for _ in range(times)}

            async def rows():
                while app.state.shipper.backlog:
                    await asyncio.sleep(0.01)
                async with app.state.service.units.writing() as unit:
                    await unit.connection.execute(BECOME)
                    counted = text("SELECT count(DISTINCT request_id), count(*) FROM access_log")
                    return list((await unit.connection.execute(counted)).one())

            # No file may grow beyond this, as on a disk that is full: lines of about 100 bytes.
            resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
            told["answers"] = list(await ask(60))
            told["ready"] = (await client.get("/health/ready")).json()
            told["while full"] = await rows()
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            await ask(1)
            told["after"] = (await client.get("/health/ready")).json()
            told["in the end"] = await rows()
    print(json.dumps(told))

asyncio.run(main())
"""


async def test_a_full_disk_stops_no_request_and_loses_no_line(
    own: Settings, tmp_path: Path
) -> None:
    told, said = await asyncio.to_thread(_on_a_full_disk, own, tmp_path)

    assert told["answers"] == [200]
    assert told["ready"]["access_log"] == "held in memory"
    assert told["ready"]["status"] == "ready"
    assert told["while full"] == [61, 61]
    assert told["after"]["access_log"] == "ok"
    assert told["in the end"] == [63, 63]
    assert "held in memory" in said
    assert list((tmp_path / "spool").iterdir()) == []


def _on_a_full_disk(settings: Settings, folder: Path) -> tuple[Any, str]:
    # Python would leave torn bytecode beside what it imports while the limit holds.
    ran = environment(settings, PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK],
        env=ran,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr
