from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from dressform.api.conditional import not_modified
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.measurement_checks import BodyInput, CheckRead, EstimatesRead
from dressform.api.schemas.measurements import MeasurementRead, MeasurementsRead
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

router = APIRouter(prefix="/v1/measurements", tags=["measurements"])

_VERSIONED = {"ETag": {"$ref": "#/components/headers/ETag"}}
_CACHED: dict[int | str, dict[str, Any]] = {
    200: {"headers": _VERSIONED},
    304: {"description": "You have it already.", "headers": _VERSIONED},
}

Breasts = Annotated[
    bool | None,
    Query(description="Only what is shown for a model with or without breasts.", examples=[True]),
]
Version = Annotated[
    str | None,
    Query(
        max_length=40,
        description="The `version` of the catalogue: the answer may then be kept for ever.",
        examples=[VERSION],
    ),
]
Name = Annotated[
    str, Path(max_length=40, description="The measurement's name.", examples=["chest"])
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
    """The catalogue of measurements

    Their names and units are those that drafting software takes as they are. The flag filters
    what is shown; a model keeps every value whatever its flag says. `derived` is what drafting
    works out from them, which no model holds.
    """
    response.headers["Cache-Control"] = cache_control
    response.headers["ETag"] = f'W/"{VERSION}-{breasts}"'
    items = [MeasurementRead.of(one) for one in visible_measurements(breasts)]
    return not_modified(request, response) or MeasurementsRead(
        version=VERSION, items=items, derived=DERIVED
    )


@router.post("/check", response_description="What was understood, and what is worth a look.")
async def check_measurements(body: BodyInput) -> CheckRead:
    """Check measurements

    For a form, while somebody types: reads text as people write it, says what is missing and what
    is worth a second look. Nothing is stored, and nothing is refused for being unusual.
    """
    return CheckRead.of(body.to_domain())


async def _with_neck(body: BodyInput) -> BodyMeasurements:
    if "neck" not in body.measurements.measurements:
        said = "measure the neck first: everything else is estimated from it"
        raise InvalidInput(FieldError("#/measurements/neck", said))
    return body.to_domain()


@router.post("/estimates", response_description="The estimates.")
async def estimate_measurements(
    body: Annotated[BodyMeasurements, Depends(_with_neck)],
) -> EstimatesRead:
    """Estimate measurements

    From the neck and the flag, as FreeSewing does. Estimates are guesses for adults: fit for
    noticing a slip, not for cutting cloth. They are stored nowhere.
    """
    return EstimatesRead.of(body)


# After the others: their addresses would fit it, and a wrong method there is theirs to refuse.
async def _measurement(name: Name) -> Measurement:
    if name not in CATALOGUE:
        said = unknown_name_message(name)
        raise NotFound(said[0].upper() + said[1:])
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
    """One measurement

    How it is taken, what it may hold, and what other software calls it. An older name is told the
    present one rather than led there: a model would refuse it too.
    """
    response.headers["Cache-Control"] = cache_control
    response.headers["ETag"] = f'W/"{VERSION}-{measurement.name}"'
    return not_modified(request, response) or MeasurementRead.of(measurement)
