"""A file of measurements becomes models: all of them, or none."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from dressform.database import Units
from dressform.errors import FieldError, InvalidInput, TooManyModels
from dressform.repositories.models import MOST, Models
from dressform.repositories.owners import Member
from dressform.sewing import formats
from dressform.sewing.body import Body
from dressform.sewing.formats import FileModel, Format, Found, UnreadableFileError


@dataclass(frozen=True, slots=True)
class Candidate:
    """A body of the file. One without measurements gets no name; the id comes with the model."""

    body: Body
    name: str | None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """What was found in the file, and a candidate for each of its bodies, in their order."""

    found: Found
    candidates: tuple[Candidate, ...]


async def look_into(
    units: Units, file: bytes, *, kind: Format | None, breasts: bool | None
) -> Import:
    """What importing it would make; nothing is kept. Raises InvalidInput.

    `breasts` holds where the file itself does not say.
    """
    try:
        # In a thread: a large file takes a good part of a second.
        found = await asyncio.to_thread(formats.read, file, format=kind)
    except UnreadableFileError as error:
        raise InvalidInput(FieldError("#", str(error))) from None
    title = f"Imported, {units.clock():%Y-%m-%d}"
    count, candidates = 0, []
    for model in found.models:
        count += bool(model.measurements)
        name = title if count == 1 else f"{title} ({count})"
        candidates.append(Candidate(_body(model, breasts), name if model.measurements else None))
    return Import(found, tuple(candidates))


async def import_models(
    units: Units, member: Member, file: bytes, *, kind: Format | None, breasts: bool | None
) -> Import:
    """In one transaction. Raises InvalidInput, TooManyModels, NotSignedIn."""
    seen = await look_into(units, file, kind=kind, breasts=breasts)
    _assert_complete(seen)
    async with units.writing() as unit:
        models = Models(unit)
        try:
            made = [await _made(models, member, candidate) for candidate in seen.candidates]
        except TooManyModels:
            raise TooManyModels(_no_room(seen)) from None
    return replace(seen, candidates=tuple(made))


def _body(model: FileModel, breasts: bool | None) -> Body:  # noqa: FBT001 - the flag of a model
    return Body(breasts if model.breasts is None else model.breasts, model.measurements)


def _assert_complete(seen: Import) -> None:
    named = [candidate for candidate in seen.candidates if candidate.name]
    if not named:
        nothing = "nothing in this file can be taken; ask with dry_run=true to see why"
        raise InvalidInput(FieldError("#", nothing))
    if any(candidate.body.breasts is None for candidate in named):
        said = "is missing: the file does not say it, and a model needs it"
        raise InvalidInput(FieldError("query/breasts", said))


async def _made(models: Models, member: Member, candidate: Candidate) -> Candidate:
    if candidate.name is None:
        return candidate
    model = await models.add(member, name=candidate.name, body=candidate.body)
    return replace(candidate, id=model.id)


def _no_room(seen: Import) -> str:
    count = sum(candidate.name is not None for candidate in seen.candidates)
    return (
        f"The file holds {count} models, an account at most {MOST}: nothing was imported. Remove "
        "some of yours first."
    )
