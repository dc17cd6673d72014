from collections.abc import Sequence

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import TooManyModels
from dressform.repositories.model_statements import MAX_MODELS
from dressform.repositories.models import Models
from dressform.repositories.owners import Member
from dressform.repositories.sealed_models import StoredModel
from dressform.sewing.body import BodyMeasurements


async def import_models(
    uows: UnitOfWorkFactory, member: Member, bodies: Sequence[BodyMeasurements]
) -> list[StoredModel]:
    """Add a model of each body, or none at all. Raise TooManyModels, Unauthenticated."""
    async with uows.transaction() as uow:
        models = Models(uow)
        day = uow.now.date().isoformat()
        try:
            return [
                await models.add(member, name=_model_name(day, number, len(bodies)), body=body)
                for number, body in enumerate(bodies, 1)
            ]
        except TooManyModels:
            raise TooManyModels(_limit_message(len(bodies))) from None


def _model_name(day: str, number: int, of: int) -> str:
    """Return a neutral name, since names in the file may be those of people."""
    return f"Imported {day}" if of == 1 else f"Imported {day}, {number} of {of}"


def _limit_message(count: int) -> str:
    return (
        f"The file holds {count} models, an account at most {MAX_MODELS}: nothing was imported. Remove "
        "some of yours first."
    )
