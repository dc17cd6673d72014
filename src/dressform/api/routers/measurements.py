from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from dressform.api.conditional import not_modified_response
from dressform.api.problem_responses import problem_responses
from dressform.api.request_limiter import limit_public
from dressform.api.schemas.catalogue import GroupRead, MeasurementRead, MeasurementsRead
from dressform.api.schemas.measurement_checks import BodyInput, CheckInput, CheckRead, EstimatesRead
from dressform.errors import FieldError, InvalidInput, NotFound
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.catalogue import (
    CATALOGUE,
    DERIVED,
    VERSION,
    Measurement,
    unknown_name_message,
    visible_measurements,
)
from dressform.sewing.forms import GROUPS

router = APIRouter(prefix="/v1/measurements", tags=["measurements"])

_VERSIONED = {"ETag": {"$ref": "#/components/headers/ETag"}}
_CACHED: dict[int | str, dict[str, Any]] = {
    200: {"headers": _VERSIONED},
    304: {"description": "Your copy is current.", "headers": _VERSIONED},
}

Breasts = Annotated[
    bool | None,
    Query(
        description="Only measurements that are shown for a model with or without breasts.",
        examples=[True],
    ),
]
Version = Annotated[
    str | None,
    Query(
        max_length=40,
        description="The `version` of the catalogue: the response may then be cached for ever.",
        examples=[VERSION],
    ),
]
Name = Annotated[
    str, Path(max_length=40, description="The name of the measurement.", examples=["chest"])
]


async def _cache_control(version: Version = None) -> str:
    if version is None:
        return "public, max-age=3600"
    if version != VERSION:
        raise NotFound(f"The catalogue is at version {VERSION}; older ones are not kept.")
    return "public, max-age=31536000, immutable"


CacheControl = Annotated[str, Depends(_cache_control)]


@router.get(
    "",
    response_model=MeasurementsRead,
    response_description="The catalogue.",
    responses=_CACHED | problem_responses(NotFound),
)
async def list_measurements(
    request: Request, response: Response, cache_control: CacheControl, breasts: Breasts = None
) -> MeasurementsRead | Response:
    """List the measurements

    Names and units are those of drafting software. `breasts` filters the list; a model keeps
    every value, with either flag. `groups` and `order` lay out a form. `derived` lists what drafting computes from the
    measurements; models do not hold these.
    """
    response.headers["Cache-Control"] = cache_control
    response.headers["ETag"] = f'W/"{VERSION}-{breasts}"'
    items = [MeasurementRead.from_domain(one) for one in visible_measurements(breasts)]
    return not_modified_response(request, response) or MeasurementsRead(
        version=VERSION,
        items=items,
        groups=[GroupRead.from_domain(group) for group in GROUPS],
        derived=DERIVED,
    )


@router.post(
    "/check",
    dependencies=[Depends(limit_public("check"))],
    response_description="The parsed values, with warnings.",
)
async def check_measurements(payload: CheckInput) -> CheckRead:
    """Check measurements without storing them

    A form can call this while a person types: it parses text, and lists missing and implausible
    values. A field that is not understood yet is named in `errors`, beside what was understood; an
    empty one is missing. Nothing is stored, and no value is refused for being unusual.
    """
    return CheckRead.from_domain(payload.to_domain(), payload.list_errors())


async def _require_neck(payload: BodyInput) -> BodyMeasurements:
    if "neck" not in payload.measurements.measurements:
        message = "measure the neck first: everything else is estimated from it"
        raise InvalidInput(FieldError("#/measurements/neck", message))
    return payload.to_domain()


@router.post(
    "/estimates",
    dependencies=[Depends(limit_public("check"))],
    response_description="The estimates.",
)
async def estimate_measurements(
    body: Annotated[BodyMeasurements, Depends(_require_neck)],
) -> EstimatesRead:
    """Estimate measurements from the neck

    The estimates follow FreeSewing's method from the neck and the flag. They are for adults and
    precise enough to notice a typing error, not to cut fabric. They are not stored.
    """
    return EstimatesRead.from_domain(body)


# Registered last, because its path pattern also matches the paths above.
async def _measurement(name: Name) -> Measurement:
    if name not in CATALOGUE:
        message = unknown_name_message(name)
        raise NotFound(message[0].upper() + message[1:])
    return CATALOGUE[name]


@router.get(
    "/{name}",
    response_model=MeasurementRead,
    response_description="The measurement.",
    responses=_CACHED | problem_responses(NotFound),
)
async def read_measurement(
    request: Request,
    response: Response,
    measurement: Annotated[Measurement, Depends(_measurement)],
    cache_control: CacheControl,
) -> MeasurementRead | Response:
    """Read one measurement

    The response says how it is taken, which values it accepts, and what other software calls
    it. For a former name the response is 404 and names the present one.
    """
    response.headers["Cache-Control"] = cache_control
    response.headers["ETag"] = f'W/"{VERSION}-{measurement.name}"'
    return not_modified_response(request, response) or MeasurementRead.from_domain(measurement)
