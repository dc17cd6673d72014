"""The catalogue of measurements, as software and forms read it."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field

from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.measurements import LocalizedText, MeasurementNames, Name
from dressform.sewing.catalogue import VERSION, Measurement, Seamly
from dressform.sewing.forms import FORM_PLACES, FormGroup


class SeamlyRead(ResponseModel):
    """The nearest measurement of Seamly2D and Valentina."""

    code: Annotated[str, Field(max_length=3, examples=["G04"])]
    name: Annotated[str, Field(max_length=60, examples=["bust_circ"])]
    match: Annotated[
        Literal["exact", "approximate"],
        Field(description="Whether it is taken in exactly the same way.", examples=["exact"]),
    ]

    @classmethod
    def from_domain(cls, seamly: Seamly) -> Self:
        return cls(code=seamly.code, name=seamly.name, match=seamly.match)


class MeasurementRead(ResponseModel):
    """A measurement of the catalogue."""

    name: Name
    label: Annotated[LocalizedText, Field(description="The label for people.")]
    kind: Annotated[Literal["length", "angle"], Field(description="The kind of measurement.")]
    unit: Annotated[Literal["mm", "degree"], Field(description="The unit of its values.")]
    exclusive_minimum: Annotated[
        float, Field(description="The exclusive lower limit of its values.", examples=[0])
    ]
    maximum: Annotated[
        float,
        Field(
            description="The upper limit of its values, exclusive for angles; it catches slips only.",
            examples=[10_000],
        ),
    ]
    breasts_only: Annotated[
        bool,
        Field(description="Whether it is shown only for models with breasts.", examples=[False]),
    ]
    description: LocalizedText
    seamly: SeamlyRead | None
    aliases: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(
            max_length=10,
            description="Its former names in FreeSewing.",
            examples=[["chestCircumference"]],
        ),
    ]
    group: Annotated[
        str,
        Field(
            max_length=40,
            description="The key of its group in `groups` of the catalogue.",
            examples=["torso-around"],
        ),
    ]
    order: Annotated[
        int,
        Field(
            ge=1,
            le=100,
            description="Its place in the order in which one measures.",
            examples=[7],
            json_schema_extra={"format": "int32"},
        ),
    ]
    paired: Annotated[
        bool,
        Field(
            description="Whether it is taken on the left or the right side: take all on the same one.",
            examples=[False],
        ),
    ]
    in_silhouette: Annotated[
        bool,
        Field(
            description="Whether the silhouette of a model shows it, as the group whose `data-measurement` is "
            "its name.",
            examples=[True],
        ),
    ]
    schema_org: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(
            max_length=5,
            description="The members of schema.org's BodyMeasurementTypeEnumeration that are defined alike.",
            examples=[["BodyMeasurementChest"]],
        ),
    ]

    @classmethod
    def from_domain(cls, measurement: Measurement) -> Self:
        place = FORM_PLACES[measurement.name]
        return cls(
            name=measurement.name,
            label=LocalizedText(**measurement.label),
            kind=measurement.kind.value,
            unit=measurement.unit,
            exclusive_minimum=measurement.minimum,
            maximum=measurement.maximum,
            breasts_only=measurement.breasts_only,
            description=LocalizedText(**measurement.description),
            seamly=measurement.seamly and SeamlyRead.from_domain(measurement.seamly),
            aliases=list(measurement.aliases),
            group=place.group,
            order=place.order,
            paired=place.is_paired,
            in_silhouette=place.is_drawn,
            schema_org=list(place.schema_org),
        )


class GroupRead(ResponseModel):
    """A group of measurements that are taken together."""

    key: Annotated[str, Field(max_length=40, description="The key.", examples=["legs"])]
    label: Annotated[LocalizedText, Field(description="The label for people.")]
    measurements: Annotated[
        MeasurementNames, Field(description="Its measurements, in the order in which one measures.")
    ]

    @classmethod
    def from_domain(cls, group: FormGroup) -> Self:
        return cls(
            key=group.key, label=LocalizedText(**group.label), measurements=list(group.names)
        )


class MeasurementsRead(ResponseModel):
    """The catalogue, or a part of it."""

    version: Annotated[
        str,
        Field(
            max_length=40,
            description="The version of the catalogue. With `version` in the query the response may be "
            "cached for ever.",
            examples=[VERSION],
        ),
    ]
    items: Annotated[
        list[MeasurementRead],
        Field(max_length=100, description="The measurements in the order of their names."),
    ]
    groups: Annotated[
        list[GroupRead],
        Field(max_length=20, description="All groups, in the order in which one measures."),
    ]
    derived: Annotated[
        Mapping[Name, Mapping[Name, float]],
        Field(
            max_length=100,
            description="The values that drafting computes, each as the sum of measurements times "
            "factors.",
            examples=[{"waistFront": {"waist": 1, "waistBack": -1}}],
        ),
    ]
