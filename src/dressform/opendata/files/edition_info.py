"""The metadata of an edition, and the type of its files."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

KEYWORDS = ("body measurements", "anthropometry", "sewing", "differential privacy")

# This is no setting, since members consented to this licence.
LICENCE = "CC0-1.0"
LICENCE_TITLE = "Creative Commons Zero v1.0 Universal"
LICENCE_ADDRESS = "https://creativecommons.org/publicdomain/zero/1.0/"


@dataclass(frozen=True, slots=True)
class Publisher:
    """The publisher of a dataset, and its base URL without a trailing slash."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """The metadata of an edition, such as `2027`, or `2027-2028` for several `years`.

    `count` is the noisy number of contributors, `privacy` the output of `describe_guarantee`, and
    `version` that of the program.
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
        """Return the URL of the edition's page, which citations use."""
        return f"{self.publisher.url}/dataset/{self.edition}"

    @property
    def home(self) -> str:
        """Return the base URL of the edition's files, with a trailing slash."""
        return f"{self.publisher.url}/v1/dataset/editions/{self.edition}/files/"

    @property
    def description(self) -> str:
        return (
            "Body measurements that sewing patterns are drafted from: quantiles, correlations, size "
            "charts and 10,000 made-up people, all of them made from sums with noise to which about "
            f"{self.count:,} members of a sewing site agreed to contribute. It is differentially "
            "private: no row is about a person."
        )

    @property
    def day(self) -> str:
        return self.published.astimezone(UTC).date().isoformat()

    @property
    def moment(self) -> str:
        """Return the day as a timestamp for formats that need one. The time of day is not published."""
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
