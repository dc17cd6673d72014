from collections.abc import Sequence

from dressform.database import Units
from dressform.repositories.models import Models
from dressform.repositories.owners import Member
from dressform.repositories.sealed_models import StoredModel
from dressform.sewing.body import Body


async def import_models(units: Units, member: Member, bodies: Sequence[Body]) -> list[StoredModel]:
    """A model of each body, or of none. Raises TooManyModels, NotSignedIn."""
    async with units.writing() as unit:
        models = Models(unit)
        day = unit.at.date().isoformat()
        return [
            await models.add(member, name=_name(day, number, len(bodies)), body=body)
            for number, body in enumerate(bodies, 1)
        ]


def _name(day: str, number: int, of: int) -> str:
    """The file's own names may be people's: its owner gives it another."""
    return f"Imported {day}" if of == 1 else f"Imported {day}, {number} of {of}"
