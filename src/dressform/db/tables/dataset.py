"""The tables of the open dataset: consents, draws, and published editions.

Draws and editions hold sums with noise and what is derived from them. They are not personal data
and never expire.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, internal_column, personal_column
from dressform.policy.account_data import PROFILE


class DatasetConsentAct(Base):
    """A record that a member agreed or withdrew. It is the proof of consent, so it is append-only.

    `number` orders the acts of an account, from 1 on; `acted_at` is the day alone. A withdrawal
    repeats the text of the agreement that it ends. A trigger refuses every change, and every DELETE
    that does not come with the account's own.
    """

    __tablename__ = "dataset_consent_act"

    account_id: Mapped[UUID] = account_fk(PROFILE, primary_key=True)
    id: Mapped[UUID] = personal_column(PROFILE, primary_key=True)
    number: Mapped[int] = personal_column(PROFILE)
    act: Mapped[str] = personal_column(PROFILE)
    acted_at: Mapped[datetime] = personal_column(PROFILE)
    language: Mapped[str] = personal_column(PROFILE)
    text_version: Mapped[str] = personal_column(PROFILE)
    text_sha256: Mapped[bytes] = personal_column(PROFILE)

    __table_args__ = (
        UniqueConstraint("account_id", "number"),
        CheckConstraint("number >= 1", "number_from_one"),
        CheckConstraint("act IN ('given', 'withdrawn')", "act_known"),
        CheckConstraint(
            "date_trunc('day', acted_at AT TIME ZONE 'UTC') = acted_at AT TIME ZONE 'UTC'",
            "only_the_day",
        ),
    )


class DatasetConsent(Base):
    """What draws need to know of a member who ever agreed; none means never asked, which is no.

    `given_id`: the act under which the consent stands, null when it was withdrawn. `model_id`: the
    model that they chose to give, else one at random. `times_counted`: how many times the account was
    among those counted; `drawn_year`: the year in which it gave, `drawn_under`: the act under which its
    body was taken, null if that is not known. These are marks for life: withdrawing leaves them, the
    account's end takes them along.
    """

    __tablename__ = "dataset_consent"

    account_id: Mapped[UUID] = account_fk(PROFILE, primary_key=True)
    given_id: Mapped[UUID | None] = personal_column(PROFILE)
    model_id: Mapped[UUID | None] = personal_column(PROFILE)
    times_counted: Mapped[int] = personal_column(PROFILE, SmallInteger, server_default="0")
    drawn_year: Mapped[int | None] = personal_column(PROFILE, SmallInteger)
    drawn_under: Mapped[UUID | None] = personal_column(PROFILE)

    __table_args__ = (
        *(
            ForeignKeyConstraint(
                ["account_id", act], ["dataset_consent_act.account_id", "dataset_consent_act.id"]
            )
            for act in ("given_id", "drawn_under")
        ),
        ForeignKeyConstraint(
            ["account_id", "model_id"],
            ["model.account_id", "model.id"],
            ondelete="SET NULL (model_id)",
        ),
        Index(None, "account_id", "model_id", postgresql_where=text("model_id IS NOT NULL")),
    )


class DatasetDraw(Base):
    """A year's one chance: proposed by one operator, drawn when another approves.

    `count`: of those who agreed, with noise; `codebook`, `flags` (those that were taken) and
    `statistics` (JSON, gzip) are null when they were too few. Each `…_at` is a day. `restored_at`: read back from what was published, into a database that was put
    back from before the draw and so doesn't know who was in it.
    """

    __tablename__ = "dataset_draw"

    year: Mapped[int] = internal_column(SmallInteger, primary_key=True, autoincrement=False)
    proposed_at: Mapped[datetime] = internal_column()
    proposed_by: Mapped[UUID | None] = personal_column(
        PROFILE, ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    approved_by: Mapped[UUID | None] = personal_column(
        PROFILE, ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    drawn_at: Mapped[datetime | None] = internal_column()
    count: Mapped[int | None] = internal_column()
    codebook: Mapped[str | None] = internal_column()
    flags: Mapped[list[str] | None] = internal_column(ARRAY(Text))
    statistics: Mapped[bytes | None] = internal_column()
    restored_at: Mapped[datetime | None] = internal_column()


class DatasetEdition(Base):
    """What anyone can download: a year's (`2027`), or of all years up to one (`2027-2028`).

    `published_at` is a day. `quality`: how far off it is expected to be, by the flag; null of editions
    that did not say it yet.
    """

    __tablename__ = "dataset_edition"

    name: Mapped[str] = internal_column(primary_key=True)
    published_at: Mapped[datetime] = internal_column()
    codebook: Mapped[str] = internal_column()
    count: Mapped[int] = internal_column()
    quality: Mapped[list[dict[str, Any]] | None] = internal_column(JSONB)


class DatasetFile(Base):
    """A file of an edition. It never changes."""

    __tablename__ = "dataset_file"

    edition: Mapped[str] = internal_column(
        ForeignKey("dataset_edition.name", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = internal_column(primary_key=True)
    media_type: Mapped[str] = internal_column()
    title: Mapped[str] = internal_column()
    sha256: Mapped[bytes] = internal_column()
    size: Mapped[int] = internal_column()
    content: Mapped[bytes] = internal_column()
