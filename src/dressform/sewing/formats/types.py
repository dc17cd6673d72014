"""Types of the import of measurement files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from dressform.sewing.units import EnteredValue, MeasurementUnit

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
class ImportOptions:
    """The caller's choices: the unit of numbers without one, and the size in a table of sizes.

    `sizes` has the chosen `size`, `height`, `hip` and `waist`, in the unit of the table. The profile
    of an account export is only read when it is asked for.
    """

    unit: MeasurementUnit | None = None
    sizes: Mapping[str, Fraction] = field(default_factory=dict)
    profile: bool = False


@dataclass(frozen=True, slots=True)
class ImportedBody:
    """A body in a file: lengths in millimetres, shoulderSlope in degrees. `breasts` may be unknown.

    `name` is that of a model in an account export. Only Dressform's own files have the rest: the
    texts as entered; the index of the base model, in which case `measurements` are those that differ
    from it; and the index of the avatar among the pictures of the file.
    """

    measurements: Mapping[str, float]
    breasts: bool | None = None
    name: str | None = None
    typed: Mapping[str, EnteredValue] = field(default_factory=dict)
    base: int | None = None
    avatar: int | None = None


@dataclass(frozen=True, slots=True)
class ImportedProfile:
    """The profile of an account export; `picture` is an index among the pictures of the file."""

    bio: str | None = None
    social_accounts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    picture: int | None = None


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
    """The result of an import; `dropped` has the kinds of personal data that were not read.

    `account` reports what an export of Dressform has beside the models. The models of its own files are
    created also when they are empty.
    """

    format: Format
    models: tuple[ImportedBody, ...]
    report: tuple[EntryReport, ...]
    dropped: tuple[str, ...] = ()
    profile: ImportedProfile | None = None
    account: tuple[EntryReport, ...] = ()
    is_own_file: bool = False


class UnreadableFileError(ValueError):
    """A file that cannot be parsed; the message says where, what and what to do.

    `parameter` names the parameter of the request that the file needs.
    """

    def __init__(self, what: str, *, line: int | None = None, parameter: str | None = None) -> None:
        self.line = line
        self.parameter = parameter
        super().__init__(what if line is None else f"line {line}: {what}")
