from base64 import b64encode
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from dressform.api.content_types import with_charset
from dressform.api.dependencies import AuthenticatedQueryDep
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.fields import Language, LengthUnit
from dressform.errors import NotFound
from dressform.repositories.model_statements import MEMBER_AND_MODEL
from dressform.repositories.models import decrypt_member_model
from dressform.sewing.silhouette import STYLE, render_silhouette
from dressform.sewing.units import MeasurementUnit

router = APIRouter(prefix="/v1/models", tags=["models"])

_SVG = "image/svg+xml"
_STYLE_DIGEST = b64encode(sha256(STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "private, no-store",
    # By itself it runs and fetches nothing; this holds even if a drawing ever should not.
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; "
    "frame-ancestors 'none'",
}
_DRAWING: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The drawing.",
        "content": {
            _SVG: {
                "schema": {"type": "string", "maxLength": 20_000},
                "example": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1420 1150"/>',
            }
        },
    }
}

ModelId = Annotated[UUID, Path(description="The id of the model.")]
DrawingLanguage = Annotated[Language, Query(description="The language of the labels.")]
DrawingUnit = Annotated[LengthUnit, Query(description="The unit of the labels.")]


class Svg(Response):
    media_type = with_charset(_SVG)


@router.get(
    "/{model_id}/silhouette.svg",
    response_class=Svg,
    responses=_DRAWING | problem_responses(NotFound),
)
async def get_model_silhouette(
    model_id: ModelId,
    query: AuthenticatedQueryDep,
    language: DrawingLanguage = "en",
    unit: DrawingUnit = "mm",
) -> Response:
    """Draw a model

    The image is a front view, true to scale, in which a wrong value is easy to see. Missing
    values are estimated and drawn dashed. It is an SVG without scripts, for light and dark
    pages; inline in a page it takes the colour of the text around it.
    """
    me, row = await query.fetch(MEMBER_AND_MODEL, model_id=model_id)
    body = decrypt_member_model(row, me).body
    drawing = render_silhouette(
        body.visible,
        breasts=bool(body.breasts),
        language=language,
        unit=MeasurementUnit(unit),
    )
    return Svg(drawing, headers=_HEADERS)
