"""Rounds of measurements: a subject of the table at two loads, beside fastapi-users."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench import processor_time
from tests.bench.load import Load, Measured, measure
from tests.bench.members import Members
from tests.bench.peers.running import Peer
from tests.bench.prepared.preparing import Prepared, Sequences
from tests.bench.serving import Server

CONNECTIONS, MANY_CONNECTIONS = 16, 64


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row of the table is about. `is_change`: it is compared with a change, else with a read."""

    name: str
    server: Server
    prepared: Prepared
    is_change: bool


@dataclass(frozen=True, slots=True)
class Round:
    """`processor_us` and `postgres_us`: processor time for each answer, at 16 connections.

    `many`: at 64 connections; None for what refuses so many.
    """

    few: Measured
    many: Measured | None
    peer: Measured
    processor_us: float
    postgres_us: float

    @property
    def ratio(self) -> float:
        return self.few.per_second / self.peer.per_second


@dataclass(frozen=True, slots=True)
class Rounds:
    """Measures subjects, for so many seconds at a time."""

    runner: asyncio.Runner
    members: Members
    peer: Peer
    postgres_pid: int
    seconds: float

    def measure(self, subject: Subject, rounds: int) -> list[Round]:
        """Whichever was second in a round is first in the next: a machine that slows favours neither."""
        loads = self._loads(subject.prepared)
        return [self._round(subject, loads, peer_first=turn % 2 == 0) for turn in range(rounds)]

    def _round(self, subject: Subject, loads: Callable[[int], Load], *, peer_first: bool) -> Round:
        peer = self._measure_peer(subject) if peer_first else None
        load = loads(CONNECTIONS)
        postgres = processor_time.of_family(self.postgres_pid)
        few, processor_us = measure_with_processor(subject.server, load)
        postgres = processor_time.of_family(self.postgres_pid) - postgres
        return Round(
            few=few,
            many=self._measure_many(subject, loads),
            peer=peer or self._measure_peer(subject),
            processor_us=processor_us,
            postgres_us=postgres / few.answers * 1e6,
        )

    def _measure_many(self, subject: Subject, loads: Callable[[int], Load]) -> Measured | None:
        if subject.prepared.connections < MANY_CONNECTIONS:
            return None
        return measure(subject.server.port, loads(MANY_CONNECTIONS))

    def _measure_peer(self, subject: Subject) -> Measured:
        requests = self.peer.changes if subject.is_change else self.peer.reads
        load = Load(requests(CONNECTIONS), seconds=self.seconds)
        return measure(self.peer.server.port, load)

    def _loads(self, prepared: Prepared) -> Callable[[int], Load]:
        """Return what makes the load of so many connections; what is sent once is made each time."""

        def make(number: int) -> Sequences:
            return self.runner.run(prepared.make(self.members, number))

        def load_once(connections: int) -> Load:
            number, made = min(connections, prepared.connections), make(prepared.once)
            dealt = [
                [request for sequence in made[first::number] for request in sequence]
                for first in range(number)
            ]
            return Load(dealt, prepared.status, self.seconds, once=True)

        if prepared.once:
            return load_once
        repeated = make(prepared.connections)
        return lambda connections: Load(repeated[:connections], prepared.status, self.seconds)


def measure_with_processor(server: Server, load: Load) -> tuple[Measured, float]:
    """Return also the microseconds of processor time that the server used for each answer."""
    before = processor_time.of_process(server.pid)
    found = measure(server.port, load)
    used = processor_time.of_process(server.pid) - before
    return found, used / found.answers * 1e6
