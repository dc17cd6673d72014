from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from dressform.api.schemas.dp_guarantee import LICENCE_URL
from dressform.api.schemas.fields import ResponseModel
from dressform.api.schemas.quality import QualityRead
from dressform.repositories.editions import EDITION_NAME, FILE_NAME, StoredEdition, StoredFile

EditionName = Annotated[
    str,
    Field(
        max_length=9,
        pattern=EDITION_NAME,
        description="Its year; `2027-2028` adds up what was published from one year to another.",
        examples=["2027"],
    ),
]
FileName = Annotated[
    str,
    Field(
        max_length=100,
        pattern=FILE_NAME,
        description="As `SHA256SUMS` and the data package call it.",
        examples=["people.csv"],
    ),
]
Codebook = Annotated[
    str,
    Field(max_length=40, description="Which measurements it is about.", examples=["core"]),
]
# Counts have noise, and may lie outside of what is possible.
People = Annotated[
    int,
    Field(
        ge=-(2**31),
        le=2**31 - 1,
        description="Who gave to it: a count with noise, as everything else.",
        examples=[2431],
        json_schema_extra={"format": "int32"},
    ),
]
Href = Annotated[
    str,
    Field(
        max_length=200,
        description="Where it is.",
        examples=["/v1/dataset/editions/2027/files/people.csv"],
    ),
]


def path_of(edition: str, file: str | None = None) -> str:
    return f"/v1/dataset/editions/{edition}" + (f"/files/{file}" if file else "")


class LicenceRead(ResponseModel):
    """What anybody may do with the data: everything."""

    id: Annotated[
        str, Field(max_length=20, description="Its name in SPDX.", examples=["CC0-1.0"])
    ] = "CC0-1.0"
    url: Annotated[str, Field(max_length=200, description="Its text.", examples=[LICENCE_URL])] = (
        LICENCE_URL
    )


class EditionSummary(ResponseModel):
    """An edition in the list."""

    name: EditionName
    published_at: Annotated[
        datetime, Field(description="The day, in UTC. It has not changed since.")
    ]
    codebook: Codebook
    people: People
    href: Href
    page: Annotated[
        str,
        Field(max_length=200, description="Its page for people.", examples=["/dataset/2027"]),
    ]

    @classmethod
    def of(cls, edition: StoredEdition) -> Self:
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
        str, Field(max_length=1000, description="What it holds.", examples=["Synthetic people"])
    ]
    media_type: Annotated[str, Field(max_length=100, examples=["text/csv"])]
    size: Annotated[
        int,
        Field(
            ge=0,
            le=2**31 - 1,
            description="In bytes.",
            examples=[1500000],
            json_schema_extra={"format": "int32"},
        ),
    ]
    sha256: Annotated[
        str,
        Field(
            max_length=64,
            description="In hexadecimal digits; its `ETag` as well.",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ]
    href: Href

    @classmethod
    def of(cls, file: StoredFile) -> Self:
        return cls(
            name=file.name,
            title=file.title,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256.hex(),
            href=path_of(file.edition, file.name),
        )


class EditionRead(EditionSummary):
    """An edition, which never changes."""

    licence: LicenceRead = LicenceRead()
    quality: Annotated[
        list[QualityRead],
        Field(
            max_length=2,
            description="How far off it is expected to be, worked out from its noise and from how many "
            "gave. Empty for an edition that did not say it yet.",
        ),
    ]
    files: Annotated[
        list[FileRead], Field(max_length=1000, description="In the order of their names.")
    ]

    @classmethod
    def with_files(cls, edition: StoredEdition, files: Sequence[StoredFile]) -> Self:
        summary = EditionSummary.of(edition).model_dump()
        quality = [QualityRead(**each) for each in edition.quality or ()]
        return cls(**summary, quality=quality, files=[FileRead.of(file) for file in files])
