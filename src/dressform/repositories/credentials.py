"""The credentials of an account: what signs a member in, and where mail goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dressform.db.statements import Row, Statement
from dressform.db.tables import Account
from dressform.repositories.members import member_with_columns
from dressform.repositories.owners import Owner

LengthUnit = Literal["mm", "cm", "in"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is needed to sign a member in and to write to them."""

    owner: Owner
    version: int
    email: str
    language: str
    password_hash: str
    created_at: datetime
    last_login_at: datetime
    restricted_at: datetime | None
    expires_at: datetime
    warned_at: datetime | None
    mail_refused_since: datetime | None
    unit: LengthUnit = "cm"


ACCOUNT_COLUMNS = (
    Account.id,
    Account.version,
    Account.sealed,
    Account.created_at,
    Account.last_login_at,
    Account.restricted_at,
    Account.expires_at,
    Account.warned_at,
    Account.mail_refused_since,
)
"""The columns that `credentials_of` reads."""

MEMBER_AND_ACCOUNT = Statement(member_with_columns(*ACCOUNT_COLUMNS))


def decrypt_credentials(row: Row, owner: Owner) -> Credentials:
    """Decrypt the credentials of a row of the account."""
    return Credentials(
        owner=owner,
        version=row.version,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
        restricted_at=row.restricted_at,
        expires_at=row.expires_at,
        warned_at=row.warned_at,
        mail_refused_since=row.mail_refused_since,
        **owner.key.open(row.sealed, "account", row.id, row.version),
    )
