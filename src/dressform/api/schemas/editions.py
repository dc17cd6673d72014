from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.dp_guarantee import LICENCE_URL
from dressform.api.schemas.quality import QualityRead
from dressform.repositories.editions import EDITION_NAME, FILE_NAME, StoredEdition, StoredFile

EditionName = Annotated[
    str,
    Field(
        max_length=9,
        pattern=EDITION_NAME,
        description="The year of the edition; `2027-2028` combines the editions of a range of years.",
        examples=["2027"],
    ),
]
FileName = Annotated[
    str,
    Field(
        max_length=100,
        pattern=FILE_NAME,
        description="The name of the file, as in `SHA256SUMS` and the data package.",
        examples=["people.csv"],
    ),
]
Codebook = Annotated[
    str,
    Field(max_length=40, description="The set of measurements.", examples=["core"]),
]
# Counts have noise, and may lie outside of what is possible.
People = Annotated[
    int,
    Field(
        ge=-(2**31),
        le=2**31 - 1,
        description="The number of contributors, as a noisy count.",
        examples=[2431],
        json_schema_extra={"format": "int32"},
    ),
]
Href = Annotated[
    str,
    Field(
        max_length=200,
        description="The address of the resource.",
        examples=["/v1/dataset/editions/2027/files/people.csv"],
    ),
]


def path_of(edition: str, file: str | None = None) -> str:
    return f"/v1/dataset/editions/{edition}" + (f"/files/{file}" if file else "")


class LicenceRead(ResponseModel):
    """The licence of the dataset."""

    id: Annotated[
        str, Field(max_length=20, description="The SPDX identifier.", examples=["CC0-1.0"])
    ] = "CC0-1.0"
    url: Annotated[
        str,
        Field(
            max_length=200,
            description="The address of the text of the licence.",
            examples=[LICENCE_URL],
        ),
    ] = LICENCE_URL


class EditionSummary(ResponseModel):
    """An edition in a list."""

    name: EditionName
    published_at: Annotated[
        datetime,
        Field(description="The day (UTC) of publication. The edition has not changed since."),
    ]
    codebook: Codebook
    people: People
    href: Href
    page: Annotated[
        str,
        Field(
            max_length=200, description="The web page of the edition.", examples=["/dataset/2027"]
        ),
    ]

    @classmethod
    def from_domain(cls, edition: StoredEdition) -> Self:
        return cls(
            name=edition.name,
            published_at=edition.published_at,
            codebook=edition.codebook,
            people=edition.count,
            href=path_of(edition.name),
            page=f"/dataset/{edition.name}",
        )


class FileRead(ResponseModel):
    """A file of an edition."""

    name: FileName
    title: Annotated[
        str,
        Field(max_length=1000, description="The title of the file.", examples=["Synthetic people"]),
    ]
    media_type: Annotated[str, Field(max_length=100, examples=["text/csv"])]
    size: Annotated[
        int,
        Field(
            ge=0,
            le=2**31 - 1,
            description="The size in bytes.",
            examples=[1500000],
            json_schema_extra={"format": "int32"},
        ),
    ]
    sha256: Annotated[
        str,
        Field(
            max_length=64,
            description="The SHA-256 in hexadecimal digits; also the `ETag`.",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ]
    href: Href

    @classmethod
    def from_domain(cls, file: StoredFile) -> Self:
        return cls(
            name=file.name,
            title=file.title,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256.hex(),
            href=path_of(file.edition, file.name),
        )


class EditionRead(EditionSummary):
    """An edition with its files."""

    licence: LicenceRead = LicenceRead()
    quality: Annotated[
        list[QualityRead],
        Field(
            max_length=2,
            description="The expected errors, computed from the noise and the number of contributors. "
            "Empty for early editions.",
        ),
    ]
    files: Annotated[
        list[FileRead], Field(max_length=1000, description="The files in the order of their names.")
    ]

    @classmethod
    def with_files(cls, edition: StoredEdition, files: Sequence[StoredFile]) -> Self:
        summary = EditionSummary.from_domain(edition).model_dump()
        quality = [QualityRead(**each) for each in edition.quality or ()]
        return cls(**summary, quality=quality, files=[FileRead.from_domain(file) for file in files])
