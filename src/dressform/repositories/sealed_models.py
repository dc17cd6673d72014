"""Encrypt and decrypt models."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from dressform.repositories.owners import Owner
from dressform.sewing.body import BodyMeasurements
from dressform.sewing.units import EnteredValue, MeasurementUnit


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model. The `own` body of a variant holds what differs from its `base`.

    The days are None for models that earlier versions of the service stored.
    """

    id: UUID
    position: int
    name: str
    own: BodyMeasurements
    base: BodyMeasurements | None
    based_on: UUID | None
    version: int
    has_avatar: bool
    created_on: date | None
    updated_on: date | None
    base_version: int | None = None

    @property
    def body(self) -> BodyMeasurements:
        """Return the complete body: a variant's own values over those of its base."""
        return self.own.merged_with(self.base) if self.base else self.own

    def detach(self) -> "StoredModel":
        """Return a model with the same body that has no base."""
        return replace(self, own=self.body, base=None, based_on=None, base_version=None)


def decrypt_model(row: Any, owner: Owner) -> StoredModel:
    """Decrypt the model of a row, with its base if it has one."""
    payload = owner.key.open(row.sealed, "model", row.id, row.version)
    base, updated_on = None, _parse_day(payload, "updated_on")
    if row.base_id:
        of_base = owner.key.open(row.base_sealed, "model", row.base_id, row.base_version)
        base, updated_on = (
            _parse_body(of_base),
            _latest(updated_on, _parse_day(of_base, "updated_on")),
        )
    return StoredModel(
        id=row.id,
        position=row.position,
        name=payload["name"],
        own=_parse_body(payload),
        base=base,
        based_on=row.base_id,
        version=row.version,
        has_avatar=row.has_avatar,
        created_on=_parse_day(payload, "created_on"),
        updated_on=updated_on,
        base_version=row.base_version,
    )


def _parse_day(payload: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(payload[name]) if payload.get(name) else None


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def decrypt_body(row: Any, owner: Owner) -> BodyMeasurements:
    """Decrypt only the complete body of a row."""
    own = _parse_body(owner.key.open(row.sealed, "model", row.id, row.version))
    if not row.base_id:
        return own
    return own.merged_with(
        _parse_body(owner.key.open(row.base_sealed, "model", row.base_id, row.base_version))
    )


def _parse_body(payload: dict[str, Any]) -> BodyMeasurements:
    typed = {
        name: EnteredValue(text, MeasurementUnit(of))
        for name, (text, of) in payload.get("typed", {}).items()
    }
    return BodyMeasurements(payload["breasts"], payload["measurements"], typed)


def encrypt_model(model: StoredModel, owner: Owner) -> dict[str, Any]:
    """Return the column values of a model, encrypted for its version."""
    payload = {
        "name": model.name,
        "breasts": model.own.breasts,
        "measurements": dict(model.own.measurements),
        "typed": {name: (typed.text, typed.unit) for name, typed in model.own.typed.items()},
        "created_on": model.created_on and model.created_on.isoformat(),
        "updated_on": model.updated_on and model.updated_on.isoformat(),
    }
    return {
        "base_id": model.based_on,
        "version": model.version,
        "position": model.position,
        "sealed": owner.key.seal(payload, "model", model.id, model.version),
    }
