"""What a file holds, and what is said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_FILE_BYTES = 1024 * 1024
"""Bytes a file can have."""
MAX_MODELS = 100
MAX_ENTRIES = 5_000


class Format(StrEnum):
    SMIS = "smis"
    VIT = "vit"
    FREESEWING = "freesewing"
    YAML = "yaml"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class ImportedBody:
    """One body: lengths in millimetres, shoulderSlope in degrees; None: the flag is not known."""

    measurements: Mapping[str, float]
    breasts: bool | None = None


class Outcome(StrEnum):
    TAKEN = "taken"
    APPROXIMATE = "approximate"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class EntryReport:
    """What became of one entry: its line from 1, its name as it stands there, cut if long.

    `model` is the place in `Found.models` of the body that it belongs to, `measurement` what it is
    here, if anything. The reason has `en` and `fr`; what was simply taken has none.
    """

    line: int
    entry: str
    outcome: Outcome
    model: int
    measurement: str | None = None
    reason: Mapping[str, str] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """`dropped`: the kinds of things about a person that the file had, and that were not read."""

    format: Format
    models: tuple[ImportedBody, ...]
    report: tuple[EntryReport, ...]
    dropped: tuple[str, ...] = ()


class UnreadableFileError(ValueError):
    """The file as a whole. Its text is one sentence: where, what, and what to do."""

    def __init__(self, what: str, *, line: int | None = None) -> None:
        self.line = line
        super().__init__(what if line is None else f"line {line}: {what}")
