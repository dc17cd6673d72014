from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from dressform.actions.import_models import Import, import_models, look_into
from dressform.errors import NotFound, TooLarge, TooManyModels
from dressform.repositories.sealed_models import StoredModel
from dressform.routers.dependencies import Me, Models, OpenUnits
from dressform.routers.problems import answers
from dressform.schemas.model_files import FormatName, ImportRead
from dressform.sewing.formats import FileModel, Format, written

router = APIRouter(prefix="/v1/models", tags=["models"])

_MEDIA_TYPES = {
    Format.SMIS: "application/xml",
    Format.VIT: "application/xml",
    Format.FREESEWING: "application/json",
    Format.YAML: "application/yaml",
    Format.CSV: "text/csv",
}
_ENDINGS = {Format.FREESEWING: "json"}
_ANY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_OF_ALL = sorted(set(_MEDIA_TYPES.values()))
# Of its Content-Type nothing depends; as JSON it would be documented as JSON of ours.
_SENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself, at most 1 MB, as any type.",
        "content": dict.fromkeys(
            ["application/octet-stream", "application/xml", "application/yaml", "text/csv"], _ANY
        ),
    }
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": dict.fromkeys(_OF_ALL, _ANY)}
}
_LOOKED: dict[int | str, dict[str, Any]] = {
    200: {"model": ImportRead, "description": "What importing it would make (`dry_run`)."}
}

ModelId = Annotated[UUID, Path(description="The model's id.")]
FormatAsked = Annotated[FormatName, Query(alias="format")]
FormatSaid = Annotated[
    FormatName | None,
    Query(alias="format", description="Found out by what the file looks like if left out."),
]
Breasts = Annotated[
    bool | None,
    Query(description="For the bodies of which the file itself does not say.", examples=[True]),
]
DryRun = Annotated[
    bool, Query(description="Only tells what importing it would make.", examples=[True])
]


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: Format | None
    breasts: bool | None
    dry_run: bool


async def _asked(
    kind: FormatSaid = None,
    breasts: Breasts = None,
    dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
) -> _Asked:
    return _Asked(kind and Format(kind), breasts, dry_run)


async def _imported(
    request: Request,
    response: Response,
    me: Me,
    units: OpenUnits,
    asked: Annotated[_Asked, Depends(_asked)],
) -> Import:
    file = await request.body()
    if asked.dry_run:
        response.status_code = status.HTTP_200_OK
        return await look_into(units, file, kind=asked.kind, breasts=asked.breasts)
    response.headers["Location"] = "/v1/models"
    return await import_models(units, me, file, kind=asked.kind, breasts=asked.breasts)


@router.post(
    "/import",
    status_code=status.HTTP_201_CREATED,
    response_description="What was made of the file.",
    responses=_LOOKED | answers(TooLarge, TooManyModels),
    openapi_extra=_SENT,
)
async def import_file(imported: Annotated[Import, Depends(_imported)]) -> ImportRead:
    """Import models from a file

    Of Seamly2D, Valentina, FreeSewing (a whole account as well) or a spreadsheet. Every entry is
    accounted for in `report`; nothing is guessed. Names, birth dates, genders and addresses in the
    file are not read. Either all of its models are made or none.
    """
    return ImportRead.of(imported)


@router.get(
    "/{model_id}/export",
    response_class=Response,
    responses=_FILE | answers(NotFound),
)
async def export_model(model_id: ModelId, me: Me, models: Models, kind: FormatAsked) -> Response:
    """Export a model to a file

    Everything that it holds, hidden measurements included and a variant's whole, in millimetres
    and in full. Nothing in it says whose body it is. Importing it gives the same model again.
    """
    return _as_file(await models.owned_by(me, model_id), Format(kind))


def _as_file(model: StoredModel, kind: Format) -> Response:
    """Under a name that tells nothing of the model's own."""
    content = written(kind, FileModel(model.body.measurements, model.body.breasts))
    name = f"dressform-{model.id.hex[:12]}.{_ENDINGS.get(kind, kind.value)}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=_MEDIA_TYPES[kind], headers=headers)
