"""Measurements as a Markdown table."""

import statistics
from collections.abc import Callable, Iterable, Sequence

from tests.bench.load import Measured
from tests.bench.rounds import Round, Subject

COLUMNS = (
    "operation",
    "a second",
    "of fastapi-users",
    "CPU µs",
    "PostgreSQL's CPU µs",
    "p50 / p99 in ms",
    "p50 / p99 in ms, 64 connections",
    "how",
)


def head(columns: Sequence[str]) -> str:
    return f"{row(columns)}\n{row('---' for _ in columns)}"


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def row_of(subject: Subject, rounds: Sequence[Round]) -> str:
    """Return the medians of the rounds."""

    def median(of: Callable[[Round], float]) -> float:
        return statistics.median(of(each) for each in rounds)

    return row(
        [
            subject.name,
            f"{median(lambda each: each.few.per_second):,.0f}",
            f"{median(lambda each: each.ratio):.2f}",
            f"{median(lambda each: each.processor_us):,.0f}",
            f"{median(lambda each: each.postgres_us):,.0f}",
            _percentiles([each.few for each in rounds]),
            _percentiles([each.many for each in rounds if each.many]),
            subject.prepared.note,
        ]
    )


def _percentiles(measured: Sequence[Measured]) -> str:
    if not measured:
        return "-"
    p50 = statistics.median(each.p50_ms for each in measured)
    p99 = statistics.median(each.p99_ms for each in measured)
    return f"{_ms(p50)} / {_ms(p99)}"


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.1f}" if milliseconds < 10 else f"{milliseconds:,.0f}"
