"""What the files say of an edition besides its tables, and what a file is."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

KEYWORDS = ("body measurements", "anthropometry", "sewing", "differential privacy")

# Not a setting: members agreed to this licence and to no other.
LICENCE = "CC0-1.0"
LICENCE_TITLE = "Creative Commons Zero v1.0 Universal"
LICENCE_ADDRESS = "https://creativecommons.org/publicdomain/zero/1.0/"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes a dataset, and the address under which it is found, without a slash at its end."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """`edition`: `2027`, or `2027-2028` of the `years` together. `count`: contributors, with noise.

    `privacy`: the guarantee, as `privacy.guarantee` gives it. `version`: of the program.
    """

    edition: str
    years: tuple[int, ...]
    published: datetime
    codebook: str
    count: int
    publisher: Publisher
    privacy: Mapping[str, Any]
    version: str

    @property
    def name(self) -> str:
        return f"open-body-measurements-{self.edition}"

    @property
    def title(self) -> str:
        return f"Open dataset of body measurements for sewing, {self.edition}"

    @property
    def page(self) -> str:
        """The address by which it is cited."""
        return f"{self.publisher.url}/dataset/{self.edition}"

    @property
    def home(self) -> str:
        """The address of its files, with a slash at its end."""
        return f"{self.publisher.url}/v1/dataset/editions/{self.edition}/files/"

    @property
    def description(self) -> str:
        return (
            "Body measurements that sewing patterns are drafted from: quantiles, correlations, size "
            "charts and 10,000 made-up people, all of them made from sums with noise to which about "
            f"{self.count:,} members of a sewing site agreed to contribute. It is differentially "
            "private: no row is about anybody."
        )

    @property
    def day(self) -> str:
        return self.published.astimezone(UTC).date().isoformat()

    @property
    def moment(self) -> str:
        """The day, where a format asks for a time: when on that day is nobody's business."""
        return f"{self.day}T00:00:00Z"


@dataclass(frozen=True, slots=True)
class File:
    name: str
    media_type: str
    title: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()
