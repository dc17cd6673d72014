"""Attacks on the real service, and what another member notices of them, as a table.

`python -m tests.bench.attacks pictures exports` runs some of them only. A new attack is a function
below that returns the requests of each of its connections, with the decorator `attack`.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image

from dressform.repositories.pictures import Avatars
from dressform.settings.settings import Settings
from tests.bench import table
from tests.bench.load import Load, Measured, Request, measure
from tests.bench.members import PASSWORD, BenchMember, Members, opened_members
from tests.bench.serving import Server, running_database, running_service
from tests.helpers.images import make_image

SECONDS = 3.0
VICTIMS = 4
VICTIM_PAUSE = 0.15
COLUMNS = (
    "attack",
    "connections",
    "answers a second",
    "p50 / p99 of another member before, in ms",
    "during, in ms",
    "a login meanwhile",
)

Sequences = Sequence[Sequence[Request]]
MakeRequests = Callable[[Members], Coroutine[Any, Any, Sequences]]


@dataclass(frozen=True, slots=True)
class Attack:
    """Requests that are repeated on each connection, with a pause in seconds after each."""

    name: str
    make: MakeRequests
    pause: float


@dataclass(frozen=True, slots=True)
class Observed:
    """What the victims measured before and during an attack, and how long a login took."""

    attack: Measured
    connections: int
    before: Measured
    during: Measured
    login_status: int
    login_seconds: float


ATTACKS: dict[str, Attack] = {}


def attack(name: str, *, pause: float = 0.0) -> Callable[[MakeRequests], MakeRequests]:
    """Register an attack."""

    def register(make: MakeRequests) -> MakeRequests:
        ATTACKS[name] = Attack(name, make, pause)
        return make

    return register


def _check(measurements: object) -> Request:
    payload = {"breasts": True, "measurements": measurements}
    return Request.with_json("POST", "/v1/measurements/check", payload)


@attack("long texts")
async def send_long_texts(_: Members) -> Sequences:
    # Characters as UTF-8: escaped, a quarter of them would fill the body.
    text = '{"breasts":true,"measurements":{"neck":"%s"}}' % ("\u2150" * 85_000)
    headers = {"Content-Type": "application/json"}
    return [[Request("POST", "/v1/measurements/check", headers, text.encode())]] * 8


@attack("lists")
async def send_lists(_: Members) -> Sequences:
    return [[_check({"neck": [[]] * 60_000})]] * 8


@attack("unknown names")
async def send_unknown_names(_: Members) -> Sequences:
    return [[_check({f"shoulderToShoulderBack{number}": 1 for number in range(100)})]] * 8


@attack("long queries")
async def send_long_queries(_: Members) -> Sequences:
    return [[Request("GET", "/v1/measurements?" + "a&" * 30_000)]] * 8


def _registration(username: str, email: str) -> Request:
    password = "4@8({[<369!1|70$5+%2" * 4
    payload = {"email": email, "username": username, "password": password[:72]}
    return Request.with_json("POST", "/v1/auth/register", payload)


@attack("registrations with a taken name")
async def register_taken_name(members: Members) -> Sequences:
    (taken,) = await members.add(1)
    return [[_registration(taken.username, f"a{place}@example.org")] for place in range(20)]


@attack("registrations with guessable passwords")
async def register_guessable_passwords(_: Members) -> Sequences:
    return [
        [_registration(f"free{place}x{turn}", f"{place}x{turn}@example.org") for turn in range(50)]
        for place in range(20)
    ]


@attack("sign-ins")
async def sign_in_at_random(_: Members) -> Sequences:
    path = "/v1/auth/login"
    return [
        [
            Request.with_json("POST", path, {"login": f"who{place}x{turn}", "password": PASSWORD})
            for turn in range(200)
        ]
        for place in range(8)
    ]


@attack("forgotten passwords")
async def forget_passwords(_: Members) -> Sequences:
    path = "/v1/auth/password/forgot"
    return [
        [
            Request.with_json("POST", path, {"email": f"f{place}x{turn}@example.org"})
            for turn in range(500)
        ]
        for place in range(8)
    ]


def _slow_picture() -> bytes:
    """Return a JPEG of 40 megapixels in twelve scans."""
    data = make_image("JPEG", size=(8000, 5000), progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * (12 - data.count(b"\xff\xda")) + b"\xff\xd9"


def _put_picture(member: BenchMember, picture: bytes) -> Request:
    headers = member.headers | {"Content-Type": "image/jpeg"}
    return Request("PUT", "/v1/profiles/me/picture", headers, picture)


@attack("pictures of one member")
async def send_pictures_of_one(members: Members) -> Sequences:
    (member,) = await members.add(1)
    return [[_put_picture(member, _slow_picture())]] * 24


@attack("pictures of twelve members")
async def send_pictures_of_many(members: Members) -> Sequences:
    picture = _slow_picture()
    return [[_put_picture(member, picture)] for member in await members.add(12)]


@attack("imports")
async def send_imports(members: Members) -> Sequences:
    lines = b"".join(b"chest,%d 1/2 in,\n" % number for number in range(4990))
    return [
        [
            Request(
                "POST",
                "/v1/models/import?dry_run=true",
                member.headers | {"Content-Type": "text/csv"},
                lines,
            )
        ]
        for member in await members.add(8)
    ]


@attack("exports of one member")
async def export_one(members: Members) -> Sequences:
    (member,) = await members.add(1, models=100)
    noise = Image.effect_noise((1024, 640), 100).tobytes()
    async with members.uows.transaction() as uow:
        for model_id in member.models:
            await Avatars(uow).put(member.owner, model_id, noise)
    return [[Request("GET", "/v1/privacy/export", member.headers)]] * 24


@attack("pages of one member")
async def read_pages_of_one(members: Members) -> Sequences:
    (member,) = await members.add(1, models=100)
    return [[Request("GET", "/v1/models?limit=100&unit=in", member.headers)]] * 12


@attack("pages of twelve members", pause=0.5)
async def read_pages_of_many(members: Members) -> Sequences:
    path = "/v1/models?limit=100&unit=in"
    return [[Request("GET", path, member.headers)] for member in await members.add(12, models=100)]


class Target:
    """A running service with the limits of its default settings, and its victims."""

    def __init__(self, runner: asyncio.Runner, members: Members, service: Server) -> None:
        self._runner = runner
        self._members = members
        self._service = service
        self._victims = runner.run(members.add(VICTIMS))
        self._login = runner.run(members.add(1))[0].username
        self._observe_victims()  # The first requests open connections to the database.

    def observe(self, attack: Attack) -> Observed:
        """Attack the service, and return what its victims noticed."""
        requests = self._runner.run(attack.make(self._members))
        load = Load(requests, None, SECONDS + 1, pause=attack.pause)
        before = self._observe_victims()
        with ThreadPoolExecutor(2) as threads:
            attacking = threads.submit(measure, self._service.port, load)
            time.sleep(0.7)  # The client starts as a process of its own.
            signing_in = threads.submit(self._sign_in)
            during = self._observe_victims()
            status, seconds = signing_in.result()
            return Observed(attacking.result(), len(requests), before, during, status, seconds)

    def _observe_victims(self) -> Measured:
        reads = [[Request("GET", "/v1/profiles/me", each.headers)] for each in self._victims]
        return measure(self._service.port, Load(reads, 200, SECONDS, pause=VICTIM_PAUSE))

    def _sign_in(self) -> tuple[int, float]:
        """Sign in as a client does that follows Retry-After, for a few seconds."""
        began, url = time.monotonic(), self._service.url("/v1/auth/login")
        while True:
            answer = httpx.post(url, json={"login": self._login, "password": PASSWORD}, timeout=10)
            took = time.monotonic() - began
            if answer.is_success or took > 2 * SECONDS:
                return answer.status_code, took
            time.sleep(0.5)


@contextmanager
def running_target() -> Iterator[Target]:
    """Run the service on an empty database."""
    fields = Settings.model_fields
    with ExitStack() as stack:
        stack.enter_context(running_database())
        for name in ("member_requests_per_minute", "public_requests_per_second"):
            os.environ[f"DRESSFORM_{name.upper()}"] = str(fields[name].default)
        runner = stack.enter_context(asyncio.Runner())
        members = stack.enter_context(opened_members(runner))
        yield Target(runner, members, stack.enter_context(running_service()))


def row_of(attack: Attack, found: Observed) -> str:
    return table.row(
        [
            attack.name,
            str(found.connections),
            f"{found.attack.per_second:,.0f}",
            f"{found.before.p50_ms:.1f} / {found.before.p99_ms:.1f}",
            f"{found.during.p50_ms:.1f} / {found.during.p99_ms:.1f}",
            f"{found.login_status} after {found.login_seconds:.1f} s",
        ]
    )


def main() -> None:
    names = sys.argv[1:] or list(ATTACKS)
    with running_target() as target:
        print(table.head(COLUMNS), flush=True)  # noqa: T201
        for name in names:
            print(row_of(ATTACKS[name], target.observe(ATTACKS[name])), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
