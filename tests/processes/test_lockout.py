"""Limits that hold for two hosts with two processes each, and over their restarts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from dressform.bootstrap import bootstrap
from dressform.settings.settings import Settings
from tests.conftest import without_clock_guard
from tests.helpers.auth import forgot, login, reset
from tests.helpers.cli import environment
from tests.helpers.members import PASSWORD, Mailbox, MemberClient, token_of
from tests.processes.running import command, read_address

pytestmark = pytest.mark.slow

WRONG = "a wrong password"
NAMES = ["ada", "ada@example.org"]


def clock_at_the_end() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=24)


@asynccontextmanager
async def two_hosts(settings: Settings, *, minutes: int) -> AsyncIterator[list[str]]:
    """Run two supervisors with two processes each, whose clocks are some minutes ahead."""
    more = {"DRESSFORM_WORKERS": "2", "DRESSFORM_PORT": "0"}
    hosts = [
        environment(
            settings,
            DRESSFORM_STATE_DIR=str(folder),
            DRESSFORM_CLOCK_AHEAD=f"PT{minutes}M",
            **more,
        )
        for folder in (settings.state_dir / "one", settings.state_dir / "other")
    ]
    for host in hosts:
        (settings.state_dir / host["DRESSFORM_STATE_DIR"]).mkdir(exist_ok=True)
    with (
        command("serve", environment=hosts[0]) as one,
        command("serve", environment=hosts[1]) as other,
    ):
        yield [await read_address(one), await read_address(other)]


async def guess(hosts: list[str], name: str, number: int) -> list[int]:
    """Guess on new connections, which reach all processes."""

    async def guess_once(base: str) -> int:
        async with httpx.AsyncClient(base_url=base, timeout=30) as client:
            return (await login(client, name, WRONG)).status_code

    bases = [hosts[each % len(hosts)] for each in range(number)]
    return sorted(await asyncio.gather(*map(guess_once, bases)))


async def sign_in_everywhere(hosts: list[str], device_token: str) -> list[int]:
    found = []
    for base in hosts:
        async with httpx.AsyncClient(base_url=base, timeout=30) as client:
            for name in NAMES:
                body = {"login": name, "password": PASSWORD, "device_token": device_token}
                answer = await client.post("/v1/auth/login", json=body)
                found.append(answer.status_code)
    return found


async def test_owner_gets_in_during_an_attack_on_two_hosts_that_are_restarted(
    isolated_settings: Settings,
) -> None:
    """The attacker knows both names and makes four requests a second, for 25 minutes."""
    # Mails are due at the clock of the host that wrote them, which is ahead at the end.
    async with bootstrap(isolated_settings, clock_at_the_end) as (uows, _):
        tasks = without_clock_guard(isolated_settings, uows)
        mailbox = Mailbox(isolated_settings.state_dir / "mail", tasks.deliver_mails)
        async with (
            two_hosts(isolated_settings, minutes=0) as hosts,
            httpx.AsyncClient(base_url=hosts[0], timeout=30) as at_home,
        ):
            ada = MemberClient(at_home, mailbox, "ada")
            await ada.register()
            await ada.confirm()
            token = (await ada.sign_in()).json()["device_token"]
            first = {name: await guess(hosts, name, 20) for name in NAMES}
            known = await sign_in_everywhere(hosts, token)
        refused = {}
        for minutes in (1, 24):
            async with two_hosts(isolated_settings, minutes=minutes) as hosts:
                refused[minutes] = [await guess(hosts, name, 20) for name in NAMES]
                known += await sign_in_everywhere(hosts, token)
                async with httpx.AsyncClient(base_url=hosts[1], timeout=30) as new_device:
                    for _ in range(9):
                        await forgot(new_device, ada.email)
                    mailed = token_of((await mailbox.collect())[-1]) if minutes == 24 else ""
                    by_link = await reset(new_device, mailed, PASSWORD[::-1]) if mailed else None
                    ways = [await login(new_device, name, PASSWORD[::-1]) for name in NAMES]

    # Both windows may have begun before the first guess, so one more guess may have room.
    for answers in first.values():
        assert answers in ([401] * 10 + [429] * 10, [401] * 11 + [429] * 9)
    for answers in refused[1]:
        assert answers.count(401) <= 3, "a restart forgets nothing"
    assert known == [200] * 12
    assert by_link is not None
    assert by_link.status_code == 204
    assert [way.status_code for way in ways] == [200, 200]
