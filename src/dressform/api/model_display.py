"""Parameters of the query that decide in which unit and language measurements are written."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query

from dressform.api.schemas.fields import Language
from dressform.db.unit_of_work import UnitOfWork
from dressform.repositories.accounts import Accounts
from dressform.repositories.owners import Member
from dressform.sewing.quantity_format import QuantityFormat
from dressform.sewing.units import MeasurementUnit

DisplayUnit = Annotated[
    Literal["mm", "cm", "in", "account"] | None,
    Query(
        description="Adds the measurements as texts in this unit, or in the account's own.",
        examples=["account"],
    ),
]
DisplayLanguage = Annotated[
    Language | None,
    Query(
        description="The language of these texts; that of the account if left out.", examples=["fr"]
    ),
]


@dataclass(frozen=True, slots=True)
class Display:
    """The parameters, of which some stand for what is stored with the account."""

    unit: Literal["mm", "cm", "in", "account"] | None
    language: Literal["en", "fr"] | None

    async def resolve(self, uow: UnitOfWork, member: Member) -> QuantityFormat | None:
        """Return the format of the texts; None when none were asked for."""
        if self.unit is None:
            return None
        if self.unit != "account" and self.language:
            return QuantityFormat(MeasurementUnit(self.unit), self.language)
        account = await Accounts(uow).get_credentials(member)
        unit = account.unit if self.unit == "account" else self.unit
        return QuantityFormat(MeasurementUnit(unit), self.language or account.language)
