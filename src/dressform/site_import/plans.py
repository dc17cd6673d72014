"""The plan for an account of another site: how it is stored by the rules of this one, or why it is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dressform.api.schemas.fields import Bio, Email, SocialAccount
from dressform.policy.account_data import PROFILE, RESTRICTED
from dressform.policy.periods import start_of_day
from dressform.repositories.credentials import LengthUnit
from dressform.site_import.bodies import PlannedModel, plan_models
from dressform.site_import.outcomes import Note, Refusal
from dressform.site_import.records import AccountState, SourceAccount

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_BIO: TypeAdapter[str] = TypeAdapter(Bio)
_SOCIAL_ACCOUNT: TypeAdapter[str] = TypeAdapter(SocialAccount)
_REFUSED_STATES = {
    AccountState.UNCONFIRMED: Refusal.UNCONFIRMED,
    AccountState.BLOCKED: Refusal.BLOCKED,
    AccountState.WITHOUT_CONSENT: Refusal.WITHOUT_CONSENT,
}


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """An account as it is going to be stored, without its username, for which others' must be known."""

    email: str
    password_hash: str | None
    language: str
    unit: LengthUnit
    created_at: datetime
    last_login_at: datetime
    restricted: bool
    bio: str | None
    social_accounts: Mapping[str, str]
    models: tuple[PlannedModel, ...]
    notes: frozenset[Note]


def plan_account(account: SourceAccount, *, now: datetime) -> PlannedAccount | Refusal:
    """Return how an account is stored, or why it is not."""
    if refusal := _REFUSED_STATES.get(account.state):
        return refusal
    restricted = account.state is AccountState.RESTRICTED
    created_at = min(account.created_at or account.last_seen_at or now, now)
    last_login_at = start_of_day(min(account.last_seen_at or created_at, now))
    if _has_expired(last_login_at, now, restricted=restricted):
        return Refusal.EXPIRED
    email = _validate(_EMAIL, account.email)
    if email is None:
        return Refusal.ADDRESS_INVALID
    bio = _validate(_BIO, account.bio) if account.bio else None
    networks = _plan_networks(account)
    planned = plan_models(account)
    notes = {
        Note.WITHOUT_PASSWORD: account.password_hash is None,
        Note.SECOND_FACTOR: account.has_second_factor,
        Note.RESTRICTED: restricted,
        Note.OPEN_DATA: account.agreed_to_open_data,
        Note.PROFILE_INCOMPLETE: (bio is None and account.bio != "")
        or len(networks) < len(account.social_accounts or {}),
        Note.SETS_LEFT_OUT: planned.sets_left_out > 0,
        Note.MEASUREMENTS_LEFT_OUT: planned.measurements_left_out > 0,
    }
    return PlannedAccount(
        email=email,
        password_hash=account.password_hash,
        language="fr" if account.language == "fr" else "en",
        unit=account.unit,
        created_at=created_at,
        last_login_at=last_login_at,
        restricted=restricted,
        bio=bio,
        social_accounts=networks,
        models=planned.models,
        notes=frozenset(note for note, holds in notes.items() if holds),
    )


def _has_expired(last_login_at: datetime, now: datetime, *, restricted: bool) -> bool:
    """Return whether the retention period is over: that of a restricted account is extended."""
    expires_at = PROFILE.period.expires_at(last_login_at)
    if restricted:
        expires_at = RESTRICTED.period.expires_at(expires_at)
    return expires_at <= now


def _plan_networks(account: SourceAccount) -> dict[str, str]:
    found = account.social_accounts or {}
    valid = {network: _validate(_SOCIAL_ACCOUNT, name) for network, name in found.items()}
    return {network: name for network, name in valid.items() if name is not None}


def _validate(adapter: TypeAdapter[Any], text: str) -> str | None:
    try:
        return str(adapter.validate_python(text))
    except ValidationError:
        return None
