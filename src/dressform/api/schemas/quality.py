"""How far off an edition is expected to be."""

from typing import Annotated, Literal

from pydantic import Field

from dressform.api.schemas.fields import ResponseModel

Error = Annotated[float | None, Field(ge=0, le=10_000)]


class QualityRead(ResponseModel):
    """How far off an edition is for bodies with breasts, or for bodies without."""

    flag: Annotated[
        Literal["with_breasts", "without_breasts"], Field(description="Of which bodies.")
    ]
    shown: Annotated[
        bool,
        Field(
            description="False: too few contributed, so nothing is worked out of them.",
            examples=[True],
        ),
    ]
    people: Annotated[
        Annotated[int, Field(ge=-(2**31), le=2**31 - 1, json_schema_extra={"format": "int32"})]
        | None,
        Field(description="Who gave: a count with noise.", examples=[2210]),
    ]
    people_standard_error: Annotated[
        Annotated[int, Field(ge=0, le=2**31 - 1, json_schema_extra={"format": "int32"})] | None,
        Field(description="Of the noise in that count.", examples=[29]),
    ]
    measurements: Annotated[
        int,
        Field(
            ge=0,
            le=1000,
            description="That enough people gave.",
            examples=[18],
            json_schema_extra={"format": "int32"},
        ),
    ]
    left_out: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(max_length=100, description="Measurements that too few gave.", examples=[["heel"]]),
    ]
    median_mm: Annotated[
        Error, Field(description="How far a median is off, on average.", examples=[2.4])
    ]
    percentiles_mm: Annotated[
        Error,
        Field(description="How far the 5th and 95th percentiles are off.", examples=[5.1]),
    ]
    correlations: Annotated[
        Error, Field(description="How far a correlation is off, on average.", examples=[0.05])
    ]
