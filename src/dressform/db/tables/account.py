from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, expiry_column, personal_column
from dressform.policy.account_data import MODEL, PROFILE


class Account(Base):
    """The accounts. `sealed`: email, language, password_hash.

    `created_at`: the month of the registration. `last_login_at`: the day of the last login, or of the
    registration before the first. `restricted_at`: a day. Coarse, so that no row can be matched with
    a line of the access log. `version` is random.

    `last_notice_days`: how many days before the expiry the last notice was queued; for a restricted
    account also the last question whether it is still needed. `warned_at`: when the mail server
    accepted the first notice. `reactivation_token_hash`: the hash of the link in a notice that came
    too late. A login sets all three to null.

    `mail_refused_since`: the day on which the address was found to take no mail.
    """

    __tablename__ = "account"

    id: Mapped[UUID] = personal_column(PROFILE, primary_key=True)
    email_index: Mapped[bytes] = personal_column(PROFILE, unique=True)
    created_at: Mapped[datetime] = personal_column(PROFILE)
    last_login_at: Mapped[datetime] = personal_column(PROFILE)
    restricted_at: Mapped[datetime | None] = personal_column(PROFILE)
    last_notice_days: Mapped[int | None] = personal_column(PROFILE, SmallInteger)
    warned_at: Mapped[datetime | None] = personal_column(PROFILE)
    reactivation_token_hash: Mapped[bytes | None] = personal_column(PROFILE, unique=True)
    mail_refused_since: Mapped[datetime | None] = personal_column(PROFILE)
    version: Mapped[int] = personal_column(PROFILE)
    sealed: Mapped[bytes] = personal_column(PROFILE)
    expires_at: Mapped[datetime] = expiry_column(PROFILE)
    models_expire_at: Mapped[datetime] = expiry_column(MODEL)

    __table_args__ = (
        Index(None, "expires_at"),
        Index(None, "models_expire_at"),
        # Few are restricted: their owners are looked for among themselves, not among all accounts.
        Index(
            "ix_account_restricted_expires_at",
            "expires_at",
            postgresql_where=text("restricted_at IS NOT NULL"),
        ),
    )


class AccountKey(Base):
    """The wrapped data key of an account, in its own table so that backups can leave it out."""

    __tablename__ = "account_key"

    account_id: Mapped[UUID] = account_fk(PROFILE, primary_key=True)
    key_id: Mapped[str] = personal_column(PROFILE)
    wrapped_key: Mapped[bytes] = personal_column(PROFILE)
