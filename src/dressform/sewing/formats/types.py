"""Types of the import of measurement files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_FILE_BYTES = 1024 * 1024
"""The largest accepted file."""
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
    """A body in a file: lengths in millimetres, shoulderSlope in degrees. `breasts` may be unknown."""

    measurements: Mapping[str, float]
    breasts: bool | None = None


class Outcome(StrEnum):
    TAKEN = "taken"
    APPROXIMATE = "approximate"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class EntryReport:
    """The outcome of one entry: its line from 1, and its name, truncated if long.

    `model` is the index of its body in `ImportResult.models`. `measurement` is its name in the
    catalogue, if known. The reason has the keys `en` and `fr`; a plainly accepted entry has none.
    """

    line: int
    entry: str
    outcome: Outcome
    model: int
    measurement: str | None = None
    reason: Mapping[str, str] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import; `dropped` has the kinds of personal data that were not read."""

    format: Format
    models: tuple[ImportedBody, ...]
    report: tuple[EntryReport, ...]
    dropped: tuple[str, ...] = ()


class UnreadableFileError(ValueError):
    """A file that cannot be parsed; the message says where, what and what to do."""

    def __init__(self, what: str, *, line: int | None = None) -> None:
        self.line = line
        super().__init__(what if line is None else f"line {line}: {what}")
