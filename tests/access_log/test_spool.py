"""One file: what is appended is in it at once, and is read as whole lines by whoever finds it."""

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dressform.access_log import spool as spooling
from dressform.access_log.files import DiskError, find_end
from dressform.access_log.recovery import open_orphans
from dressform.access_log.spool import Spool, check_writable, create_spool
from dressform.api.app import create_app
from dressform.errors import StartupError
from dressform.settings.settings import Settings
from tests.helpers.access_log import make_line, make_lines


def whole(spool: Spool) -> bytes:
    return spool.read(0, 10_000_000)


def found(folder: Path) -> Spool:
    """The only one that nobody holds."""
    (one,) = open_orphans(folder, {})
    return one


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    spool = create_spool(tmp_path / "deep" / "spool")
    spool.append(make_line())
    try:
        assert stat.S_IMODE(spool.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(spool.path.parent.stat().st_mode) == 0o700
    finally:
        spool.close()


def test_a_folder_is_usable_or_else_that_is_told(tmp_path: Path) -> None:
    check_writable(tmp_path / "deep" / "spool")
    assert list((tmp_path / "deep" / "spool").iterdir()) == []

    with pytest.raises(StartupError, match=r"/proc/spool \(No such file"):
        check_writable(Path("/proc/spool"))


async def test_an_application_tells_before_it_starts(settings: Settings) -> None:
    (settings.state_dir / "spool").write_text("in the way")
    app = create_app(settings)
    with pytest.raises(StartupError, match="File exists"):
        async with app.router.lifespan_context(app):
            pass


def test_a_line_is_in_the_file_at_once(tmp_path: Path) -> None:
    """Behind the lines are the zeros of what is allocated."""
    spool = create_spool(tmp_path)
    written = make_lines(3)
    for one in written:
        spool.append(one)

    assert spool.path.read_bytes() == b"".join(written).ljust(spooling.CAPACITY_BYTES, b"\0")
    assert spool.path.stat().st_blocks * 512 >= spooling.CAPACITY_BYTES
    assert spool.size == len(b"".join(written))
    spool.remove()
    assert list(tmp_path.iterdir()) == []


def test_while_its_process_lives_nobody_else_takes_it(tmp_path: Path) -> None:
    spool = create_spool(tmp_path)
    assert list(open_orphans(tmp_path, {})) == []

    spool.close()
    again = found(tmp_path)
    assert again.path == spool.path
    again.close()


KILLED = """
import sys
from pathlib import Path
from dressform.access_log import spool as spooling
from tests.helpers.access_log import make_line

spooling.CAPACITY_BYTES, spooling.RESERVE_BYTES = 40_000, 20_000
spool = spooling.create_spool(Path(sys.argv[1]))
while True:
    if spool.is_full:
        spool.close()
        spool = spooling.create_spool(Path(sys.argv[1]))
    one = make_line()
    spool.append(one)
    sys.stdout.buffer.write(one)
    sys.stdout.flush()
"""


def test_killed_while_it_writes_every_line_is_read_once_and_none_in_half(tmp_path: Path) -> None:
    """At whatever moment: before, in, or after a write, or while a new file is made."""
    chance = random.Random(2)
    for _ in range(12):
        command = [sys.executable, "-c", KILLED, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            told = [process.stdout.readline()]
            timer = threading.Timer(chance.uniform(0, 0.1), process.kill)
            timer.start()
            told += process.stdout.readlines()
        assert process.returncode == -signal.SIGKILL
        written = [one for one in told if one.endswith(b"\n")]
        read = b""
        for spool in open_orphans(tmp_path, {}):
            read += whole(spool)
            spool.remove()
        # The last may have been written, but not yet told.
        assert read.splitlines(keepends=True)[: len(written)] == written
        assert len(read.splitlines()) - len(written) <= 1
        assert list(tmp_path.iterdir()) == []


def test_a_write_that_was_cut_short_is_not_part_of_the_next_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk fails in the middle: that request is not answered, the next one may be."""
    spool = create_spool(tmp_path)
    first, torn, second = make_lines(3)
    spool.append(first)
    real_write = os.pwrite

    def fail(file: int, data: bytes, at: int) -> int:
        real_write(file, data[:40], at)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    for write in (fail, lambda file, data, at: real_write(file, data[:40], at)):
        with monkeypatch.context() as failing:
            failing.setattr(os, "pwrite", write)
            with pytest.raises(DiskError):
                spool.append(torn)
        assert spool.is_full  # Another is begun if one can be made.
    spool.append(second)
    spool.close()

    again = found(tmp_path)
    assert whole(again) == first + second
    again.remove()


def test_a_torn_line_is_left(tmp_path: Path) -> None:
    """With zeros behind it or, from a version that allocated nothing, without."""
    whole_lines = b"".join(make_lines(2))
    for zeros in (0, 3_000_000):
        (tmp_path / "torn.spool").write_bytes(whole_lines + make_line()[:30] + b"\0" * zeros)
        spool = found(tmp_path)

        assert spool.size == len(whole_lines) + 30
        assert whole(spool) == whole_lines
        assert spool.read(len(whole_lines), 10_000) == b""
        spool.remove()


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 5 * 2**20])
def test_where_the_zeros_begin(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    for zeros in (0, 1, 2**20, 3 * 2**20 + 1):
        path.write_bytes(b"x" * size + b"\0" * zeros)
        file = os.open(path, os.O_RDONLY)

        assert find_end(file) == size
        os.close(file)


def test_blocks_are_whole_lines(tmp_path: Path) -> None:
    spool = create_spool(tmp_path)
    written = make_lines(50)
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


@pytest.mark.parametrize("end", [Spool.seal, Spool.truncate, Spool.close])
def test_what_was_let_go_is_never_written_to(tmp_path: Path, end: Callable[[Spool], None]) -> None:
    """Its number may be another file's by then, and its lines were shipped."""
    spool = create_spool(tmp_path)
    end(spool)
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    with pytest.raises(DiskError):
        spool.append(make_line())
    spool.append_if_room(make_line())
    spool.close()
    spool.remove()

    assert os.fstat(other).st_size == spool.size == 0
    os.close(other)


def test_many_who_make_files_and_look_for_orphans_find_each_once(tmp_path: Path) -> None:
    """Also while it is made: whoever has a file has it alone."""
    found: list[str] = []
    kept: list[Spool] = []
    begin = threading.Barrier(6)

    def make() -> None:
        begin.wait()
        for n in range(100):
            spool = create_spool(tmp_path)
            spool.append(make_line())
            if n % 2:
                spool.close()
            else:
                kept.append(spool)

    def look() -> None:
        begin.wait()
        until = time.monotonic() + 60
        while len(found) < 100 and time.monotonic() < until:
            for spool in open_orphans(tmp_path, {}):
                if spool.size:
                    found.append(spool.name)
                spool.remove()

    threads = [threading.Thread(target=work) for work in [make, make, look, look, look, look]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == len(set(found)) == 100
    assert {spool.path for spool in kept} == set(tmp_path.iterdir())
    for spool in kept:
        spool.remove()
