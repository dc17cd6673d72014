"""Models as files of other programs: out, and in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from dressform.actions.import_models import import_models
from dressform.api.content_types import with_charset
from dressform.api.dependencies import (
    AuthenticatedQueryDep,
    CurrentMember,
    OneImport,
    UnitOfWorkFactoryDep,
)
from dressform.api.idempotency import RequestKeyDep
from dressform.api.imported_files import UploadDep
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.model_files import ImportRead
from dressform.api.uploads import describe_upload
from dressform.errors import (
    IdempotencyKeyReused,
    NotFound,
    RequestInProgress,
    TooLarge,
    TooManyModels,
)
from dressform.repositories.model_statements import MEMBER_AND_MODEL
from dressform.repositories.models import decrypt_member_model
from dressform.repositories.sealed_models import StoredModel
from dressform.sewing.formats import Format, ImportedBody, serialize

router = APIRouter(prefix="/v1/models", tags=["models"])

_MEDIA_TYPES = {
    Format.SMIS: "application/xml",
    Format.VIT: "application/xml",
    Format.FREESEWING: "application/json",
    Format.YAML: "application/yaml",
    Format.CSV: "text/csv",
}
_EXTENSIONS = {Format.FREESEWING: "json"}
_ACCEPTED_TYPES = ("application/octet-stream", *dict.fromkeys(_MEDIA_TYPES.values()))
_FILE: dict[str, Any] = {"type": "string", "format": "binary"}
_EXAMPLE = "measurement,value,unit\r\nbreasts,false,\r\nchest,1105,mm\r\n"
_TEXT_RESPONSE = {"schema": _FILE, "example": _EXAMPLE}
# JSON and YAML hold the same object.
_OBJECT_RESPONSE = {
    "schema": {"type": "object"},
    "example": {
        "type": "measurementsSet",
        "about": "Lengths in millimetres, shoulderSlope in degrees",
        "units": "metric",
        "breasts": False,
        "measurements": {"chest": 1105},
    },
}
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            "application/xml": {"schema": _FILE, "example": "<smis><unit>mm</unit></smis>"},
            "application/json": _OBJECT_RESPONSE,
            "application/yaml": _OBJECT_RESPONSE,
            "text/csv": _TEXT_RESPONSE,
        },
    }
}

ExportFormat = Annotated[
    Format,
    Query(
        alias="format",
        description="Seamly2D, Valentina, FreeSewing as JSON or YAML, or comma-separated values.",
        examples=["smis"],
    ),
]
Breasts = Annotated[
    bool | None, Query(description="The flag for files that do not have one.", examples=[False])
]
DryRun = Annotated[
    bool,
    Query(description="Report what would be stored, and store nothing.", examples=[True]),
]


@router.get(
    "/{model_id}/export",
    response_class=Response,
    responses=_EXPORTED | problem_responses(NotFound),
)
async def export_model(
    model_id: Annotated[UUID, Path(description="The id of the model.")],
    query: AuthenticatedQueryDep,
    form: ExportFormat,
) -> Response:
    """Export a model to a file

    The file holds every stored measurement, also hidden ones and those of the base model, in
    millimetres and degrees. It says nothing about you, and does not contain the model's name.
    """
    me, row = await query.fetch(MEMBER_AND_MODEL, model_id=model_id)
    body = decrypt_member_model(row, me).body
    file_name = f"model-{str(model_id)[:8]}.{_EXTENSIONS.get(form, form.value)}"
    return Response(
        serialize(form, ImportedBody(body.measurements, body.breasts)),
        media_type=with_charset(_MEDIA_TYPES[form]),
        headers={
            "Content-Disposition": f'attachment; filename="{file_name}"',
            "Cache-Control": "private, no-store",
        },
    )


@router.post(
    "/import",
    response_description="The report of the import.",
    responses=problem_responses(TooManyModels, TooLarge, RequestInProgress, IdempotencyKeyReused),
    dependencies=[OneImport],
    openapi_extra=describe_upload(
        "The file itself, or a form with one file; at most 1 MiB without pictures and 32 MiB with them.",
        *_ACCEPTED_TYPES,
        example=_EXAMPLE,
    ),
)
async def import_model_file(
    me: CurrentMember,  # before the file is looked at
    upload: UploadDep,
    uows: UnitOfWorkFactoryDep,
    key: RequestKeyDep,
    *,
    breasts: Breasts = None,
    dry_run: DryRun = False,
) -> ImportRead:
    """Import models from a file

    Files of Seamly2D, Valentina, FreeSewing, body scanners and this service, and tables, also
    with one body per row. Either all models of a file are imported or none. The report lists
    every entry; no value is guessed. Personal data in the file are dropped, except for the names
    of models in the export of an account.
    """
    plans = upload.plan(breasts, uows.clock().date())
    stored: list[StoredModel | None] = [None] * len(plans)
    if not dry_run:
        stored = await import_models(uows, me, plans, upload.profile, key)
    return ImportRead.from_domain(upload.found, plans, stored)
