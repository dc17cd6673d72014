"""A file of measurements as it is uploaded: parsed, with its pictures, and with its options."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from dressform.actions.import_models import ProfileChanges
from dressform.actions.plan_import import PlannedModel, plan_models
from dressform.actions.restore_pictures import restore_pictures
from dressform.api.dependencies import AppStateDep
from dressform.api.schemas.imported_profile import validate_profile
from dressform.api.schemas.model_files import report_damages
from dressform.errors import FieldError, InvalidInput, TooLarge
from dressform.executors.child_process import ChildFailedError
from dressform.sewing.formats import (
    MAX_FILE_BYTES,
    Format,
    ImportOptions,
    ImportResult,
    UnreadableFileError,
    parse_file,
)
from dressform.sewing.formats.cut_pictures import cut_pictures
from dressform.sewing.units import MeasurementUnit

ImportFormat = Annotated[
    Format | None,
    Query(alias="format", description="Detected from the content if left out.", examples=["csv"]),
]
Unit = Annotated[
    Literal["mm", "cm", "in"] | None,
    Query(description="The unit of lengths for which the file states none.", examples=["cm"]),
]
_SIZE = Query(
    gt=0,
    le=10_000,
    allow_inf_nan=False,
    description="The chosen size of a table of sizes, in the unit of the table.",
    examples=[50],
)
Size = Annotated[float | None, _SIZE]
WithProfile = Annotated[
    bool,
    Query(
        description="Import the profile of an account export too: picture, bio, social accounts, unit "
        "and language.",
        examples=[True],
    ),
]


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A parsed file, its pictures as WebP by number, and the changes of the profile."""

    found: ImportResult
    pictures: Mapping[int, bytes]
    profile: ProfileChanges

    def plan(self, breasts: bool | None, day: date) -> list[PlannedModel]:  # noqa: FBT001 - the flag of a model
        """Return the models that the import is going to store."""
        return plan_models(self.found, breasts=breasts, pictures=self.pictures, day=day)


def _read_options(
    *,
    unit: Unit = None,
    size: Size = None,
    height: Size = None,
    hip: Size = None,
    waist: Size = None,
    profile: WithProfile = False,
) -> ImportOptions:
    sizes = {"size": size, "height": height, "hip": hip, "waist": waist}
    return ImportOptions(
        unit=MeasurementUnit(unit) if unit else None,
        sizes={
            name: Fraction(Decimal(repr(number)))
            for name, number in sizes.items()
            if number is not None
        },
        profile=profile,
    )


async def _parse_upload(
    request: Request,
    state: AppStateDep,
    options: Annotated[ImportOptions, Depends(_read_options)],
    form: ImportFormat = None,
) -> UploadedFile:
    """Parse in a child process: some files take more than half a second."""
    data, encoded = cut_pictures(await request.body())
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge
    call = partial(parse_file, format=form, options=options)
    try:
        found = await state.file_parser.run(call, data)
    except ChildFailedError:
        raise InvalidInput(FieldError("#", "the file takes too long to read")) from None
    except UnreadableFileError as error:
        pointer = f"query/{error.parameter}" if error.parameter else "#"
        raise InvalidInput(FieldError(pointer, str(error))) from None
    pictures = await restore_pictures(state.images, found, encoded)
    fields, invalid = validate_profile(found.profile)
    number = found.profile.picture if found.profile else None
    return UploadedFile(
        report_damages(found, invalid=invalid, pictures=pictures),
        pictures,
        ProfileChanges(fields, pictures.get(number or 0)),
    )


UploadDep = Annotated[UploadedFile, Depends(_parse_upload)]
