from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dressform.routers.revalidation import not_modified
from dressform.schemas.measurements import MeasurementRead, MeasurementsRead
from dressform.sewing.catalogue import VERSION, relevant

router = APIRouter(prefix="/v1/measurements", tags=["measurements"])

_VERSION = {"ETag": {"$ref": "#/components/headers/ETag"}}

Breasts = Annotated[
    bool | None,
    Query(description="Only what is shown for a model with or without breasts.", examples=[True]),
]


@router.get(
    "",
    response_model=MeasurementsRead,
    response_description="The catalogue.",
    responses={
        200: {"headers": _VERSION},
        304: {"description": "You have it already.", "headers": _VERSION},
    },
)
async def list_measurements(
    request: Request, response: Response, breasts: Breasts = None
) -> MeasurementsRead | Response:
    """The catalogue of measurements

    Their names and units are those that drafting software takes as they are. The flag filters
    what is shown; a model keeps every value whatever its flag says.
    """
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["ETag"] = f'W/"{VERSION}-{breasts}"'
    items = [MeasurementRead.of(one) for one in relevant(breasts)]
    return not_modified(request, response) or MeasurementsRead(items=items)
