"""The expected errors of an edition."""

from typing import Annotated, Literal

from pydantic import Field

from dressform.api.schemas.base import ResponseModel

Error = Annotated[float | None, Field(ge=0, le=10_000)]


class QualityRead(ResponseModel):
    """The expected errors of an edition for bodies with or without breasts."""

    flag: Annotated[
        Literal["with_breasts", "without_breasts"],
        Field(description="The bodies that the errors are about."),
    ]
    shown: Annotated[
        bool,
        Field(
            description="Whether there were enough contributors to compute anything.",
            examples=[True],
        ),
    ]
    people: Annotated[
        Annotated[int, Field(ge=-(2**31), le=2**31 - 1, json_schema_extra={"format": "int32"})]
        | None,
        Field(description="The number of contributors, as a noisy count.", examples=[2210]),
    ]
    people_standard_error: Annotated[
        Annotated[int, Field(ge=0, le=2**31 - 1, json_schema_extra={"format": "int32"})] | None,
        Field(description="The standard error of that count.", examples=[29]),
    ]
    measurements: Annotated[
        int,
        Field(
            ge=0,
            le=1000,
            description="The number of measurements with enough contributors.",
            examples=[18],
            json_schema_extra={"format": "int32"},
        ),
    ]
    left_out: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(
            max_length=100,
            description="The measurements with too few contributors.",
            examples=[["heel"]],
        ),
    ]
    median_mm: Annotated[Error, Field(description="The mean error of the medians.", examples=[2.4])]
    percentiles_mm: Annotated[
        Error,
        Field(description="The mean error of the 5th and 95th percentiles.", examples=[5.1]),
    ]
    correlations: Annotated[
        Error, Field(description="The mean error of the correlations.", examples=[0.05])
    ]
