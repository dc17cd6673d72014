"""`dressform up`: one command, all of it, on good days and after crashes."""

import os
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.helpers.members import PASSWORD
from tests.processes.running import (
    children_of,
    command,
    is_live,
    mailed_token,
    processes_of,
    wait_until,
)

pytestmark = pytest.mark.slow

BASE = r"API +(http://localhost:\d+)\n"


def test_from_a_fresh_machine_to_a_login(fresh: Path, alone: dict[str, str]) -> None:
    state = fresh
    with command("up", environment=alone | {"DRESSFORM_STATE_DIR": str(state)}) as up:
        base = up.says(BASE)
        up.says("links below")
        with httpx.Client(base_url=base) as client:
            ready = client.get("/health/ready")
            assert ready.json()["status"] == "ready"
            who = {"email": "ada@example.org", "username": "ada", "language": "en"}
            assert (
                client.post("/v1/auth/register", json=who | {"password": PASSWORD}).status_code
                == 202
            )
            token = mailed_token(state)
            assert f"{base}/verify-email#token={token}" in up.says(r"link: (\S+)")
            follow = {"token": token, "password": PASSWORD}
            assert client.post("/v1/auth/verify-email", json=follow).status_code == 200
            login = {"login": "ada", "password": PASSWORD, "session": "body"}
            assert client.post("/v1/auth/login", json=login).status_code == 200
            wait_until(lambda: client.get("/health/ready").json()["worker"] == "ok")
        up.signal(signal.SIGINT)
        code = up.ends(15)

    assert code == 0, up.output
    assert up.output.endswith("Dressform has stopped.\n")
    assert "Traceback" not in up.output
    assert f"PostgreSQL under {state}/postgres" in up.output
    assert processes_of(state) == {}
    assert list((state / "spool").iterdir()) == []


def test_twice_in_a_row_and_nothing_is_lost(state: Path, alone: dict[str, str]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with command("up", environment=alone) as up:
            up.says(BASE)
            up.signal(number)
            assert up.ends(15) == 0, up.output
        assert processes_of(state) == {}
    with command("psql", "-Atc", "SELECT count(*) > 0 FROM access_log", environment=alone) as psql:
        assert psql.ends() == 0
        assert psql.output == "t\n"


def test_nothing_outlives_a_killed_supervisor(state: Path, alone: dict[str, str]) -> None:
    with command("up", environment=alone) as up:
        up.says(BASE)
        up.signal(signal.SIGKILL)
        up.ends()
        with command("up", environment=alone) as again:
            base = again.says(BASE)
            assert is_live(base)
            ours = {again.process.pid, *children_of(again.process.pid, "")}
            wait_until(
                lambda: (
                    not [
                        p
                        for p, line in processes_of(state).items()
                        if "-m dressform" in line and p not in ours
                    ]
                )
            )
            again.signal(signal.SIGINT)
            assert again.ends(15) == 0, again.output
        wait_until(lambda: processes_of(state) == {})
    spools = list((state / "spool").glob("*.spool"))
    assert spools == [], again.output


def test_the_port_of_a_killed_one_is_free_at_once(state: Path, alone: dict[str, str]) -> None:
    with command("up", environment=alone) as up:
        port = up.says(BASE).rpartition(":")[2]
        up.signal(signal.SIGKILL)
        up.ends()
        with command("up", environment=alone | {"DRESSFORM_PORT": port}) as again:
            assert again.says(BASE).endswith(port)
            again.signal(signal.SIGINT)
            assert again.ends(15) == 0, again.output
        wait_until(lambda: processes_of(state) == {})


@pytest.mark.parametrize("verb", ["up", "serve"])
def test_a_taken_port_is_said_in_a_sentence(alone: dict[str, str], verb: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with command(verb, environment=alone | {"DRESSFORM_PORT": port}) as other:
            assert other.ends() == 1

    assert other.output == (
        f"dressform: Port {port} on 127.0.0.1 can't be used (Address already in use): stop what "
        "uses it, or set DRESSFORM_PORT to another.\n"
    )


def test_two_on_one_state_folder(state: Path, alone: dict[str, str]) -> None:
    with command("up", environment=alone) as up:
        base = up.says(BASE)
        with command("up", environment=alone) as other:
            assert other.ends() == 1
        assert other.output == (
            f"dressform: Dressform is already running on {state} (process {up.process.pid}).\n"
        )
        assert is_live(base)
        up.signal(signal.SIGINT)
        assert up.ends(15) == 0


@pytest.mark.parametrize("verb", ["serve", "worker"])
def test_a_child_that_is_killed_is_started_again(alone: dict[str, str], verb: str) -> None:
    """The API's socket is the supervisor's: who asks meanwhile waits instead of being refused."""
    with command("up", environment=alone) as up:
        base = up.says(BASE)
        (child,) = children_of(up.process.pid, f"dressform {verb}")
        os.kill(child, signal.SIGKILL)
        assert httpx.get(f"{base}/health/live", timeout=20).status_code == 200
        up.says(rf"{verb} ended with -9: again in 0\.5 s")
        wait_until(lambda: child not in children_of(up.process.pid, f"dressform {verb}"))
        wait_until(lambda: children_of(up.process.pid, f"dressform {verb}"))
        assert is_live(base)
        up.signal(signal.SIGINT)
        assert up.ends(15) == 0, up.output


def test_a_database_that_is_killed_is_started_again(state: Path, alone: dict[str, str]) -> None:
    """The API goes on meanwhile, and what it answered then is in the log afterwards."""
    with command("up", environment=alone) as up:
        base = up.says(BASE)
        for pause in ("0.5", "1.0"):
            (server,) = (p for p, line in processes_of(state).items() if f" -D {state}/" in line)
            os.kill(server, signal.SIGKILL)
            meanwhile = httpx.get(f"{base}/health/live", headers={"Connection": "close"})
            assert meanwhile.status_code == 200
            up.says(rf"postgres ended with -9: again in {pause} s")
            wait_until(lambda: httpx.get(f"{base}/health/ready").status_code == 200)
        asked = "SELECT count(*) FROM access_log WHERE request_id = '{}'"
        found = asked.format(meanwhile.headers["X-Request-ID"])

        def is_recorded() -> bool:
            with command("psql", "-Atc", found, environment=alone) as psql:
                assert psql.ends() == 0, psql.output
                return psql.output == "1\n"

        wait_until(is_recorded)
        up.signal(signal.SIGINT)
        assert up.ends(15) == 0, up.output
    assert processes_of(state) == {}


def test_stopped_while_it_starts(state: Path, alone: dict[str, str]) -> None:
    """Whenever Ctrl-C comes, everything that was started goes."""
    lock = state / "postgres.lock"
    for delay in (0.0, 0.4, 0.9, 1.6):
        lock.unlink(missing_ok=True)
        with command("up", environment=alone) as up:
            wait_until(lock.exists)
            time.sleep(delay)
            up.signal(signal.SIGINT)
            up.ends(20)
        assert "Traceback" not in up.output, up.output
        wait_until(lambda: processes_of(state) == {}, 10)


def test_a_child_that_cannot_start_ends_it_all(state: Path, alone: dict[str, str]) -> None:
    """The spool's folder is a file: the API says so once, rather than once every half minute."""
    (state / "spool").write_text("")
    with command("up", environment=alone) as up:
        assert up.ends() == 1

    assert "`dressform serve` ended at once: see above why." in up.output
    assert processes_of(state) == {}
