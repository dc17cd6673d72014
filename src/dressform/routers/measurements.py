from typing import Annotated

from fastapi import APIRouter, Query, Response

from dressform.schemas.measurements import MeasurementRead, MeasurementsRead
from dressform.sewing.catalogue import VERSION, relevant

router = APIRouter(prefix="/v1/measurements", tags=["measurements"])

Breasts = Annotated[
    bool | None,
    Query(description="Only what is shown for a model with or without breasts.", examples=[True]),
]


@router.get(
    "",
    response_description="The catalogue.",
    responses={200: {"headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}},
)
async def list_measurements(response: Response, breasts: Breasts = None) -> MeasurementsRead:
    """The catalogue of measurements

    Their names and units are those that drafting software takes as they are. The flag filters
    what is shown; a model keeps every value whatever its flag says.
    """
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["ETag"] = f'W/"{VERSION}-{breasts}"'
    return MeasurementsRead(items=[MeasurementRead.of(one) for one in relevant(breasts)])
