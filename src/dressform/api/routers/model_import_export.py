"""Models as files of other programs: out, and in."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from dressform.actions.import_models import import_models
from dressform.api.body_limits import IMPORT_LIMIT
from dressform.api.content_types import with_charset
from dressform.api.dependencies import (
    AppStateDep,
    AuthenticatedQueryDep,
    CurrentMember,
    OneImport,
    UnitOfWorkFactoryDep,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.model_files import ImportRead
from dressform.api.uploads import describe_upload, read_upload
from dressform.errors import FieldError, InvalidInput, NotFound, TooLarge, TooManyModels
from dressform.executors.child_process import ChildFailedError
from dressform.repositories.model_statements import MEMBER_AND_MODEL
from dressform.repositories.models import decrypt_member_model
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.formats import (
    Format,
    ImportedBody,
    ImportResult,
    UnreadableFileError,
    parse_file,
    serialize,
)

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
ImportFormat = Annotated[
    Format | None,
    Query(alias="format", description="Detected from the content if left out.", examples=["csv"]),
]
Breasts = Annotated[
    bool | None, Query(description="The flag for files that do not have one.", examples=[False])
]
DryRun = Annotated[bool, Query(description="Report only, and store nothing.", examples=[True])]


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


async def _parse_upload(
    request: Request, state: AppStateDep, form: ImportFormat = None
) -> ImportResult:
    """Read in a child process: some files take more than half a second."""
    try:
        data = await read_upload(request, max_bytes=IMPORT_LIMIT)
        return await state.file_parser.run(partial(parse_file, format=form), data)
    except ChildFailedError:
        raise InvalidInput(FieldError("#", "the file takes too long to read")) from None
    except UnreadableFileError as error:
        raise InvalidInput(FieldError("#", str(error))) from None


@router.post(
    "/import",
    response_description="The report of the import.",
    responses=problem_responses(TooManyModels, TooLarge),
    dependencies=[OneImport],
    openapi_extra=describe_upload(
        "The file itself, or a form with one file; at most 1 MiB.",
        *_ACCEPTED_TYPES,
        example=_EXAMPLE,
    ),
)
async def import_model_file(
    me: CurrentMember,  # before the file is looked at
    found: Annotated[ImportResult, Depends(_parse_upload)],
    uows: UnitOfWorkFactoryDep,
    breasts: Breasts = None,
    dry_run: DryRun = False,  # noqa: FBT002  a query parameter
) -> ImportRead:
    """Import models from a file

    Files of Seamly2D, Valentina and FreeSewing (a set or a whole account, also with former
    names) and tables are supported. Either all models of a file are imported or none. The
    report lists every entry; no value is guessed. Personal data in the file are dropped.
    """
    bodies = [_body(one, breasts) for one in found.models]
    kept = [] if dry_run else [body for body in bodies if body.measurements]
    return ImportRead.from_domain(found, bodies, await import_models(uows, me, kept))


def _body(found: ImportedBody, asked: bool | None) -> BodyMeasurements:  # noqa: FBT001 - the flag of a model
    """Return the body with the flag of the file, else of the query, else true, which hides nothing."""
    flag = next((each for each in (found.breasts, asked) if each is not None), True)
    return BodyMeasurements(flag, found.measurements)
