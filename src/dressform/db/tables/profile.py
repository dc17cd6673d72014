from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, account_fk, personal_column
from dressform.policy.account_data import PROFILE


class Profile(Base):
    """The part of an account that other members see. `sealed`: username, bio, social_accounts.

    `skeleton_index` is the keyed hash that names which look alike share. It is not unique, since
    members keep the names that they had before it, and null until the worker has computed it.
    """

    __tablename__ = "profile"

    account_id: Mapped[UUID] = account_fk(PROFILE, primary_key=True)
    username_index: Mapped[bytes] = personal_column(PROFILE, unique=True)
    skeleton_index: Mapped[bytes | None] = personal_column(PROFILE, index=True)
    version: Mapped[int] = personal_column(PROFILE)
    sealed: Mapped[bytes] = personal_column(PROFILE)


class Picture(Base):
    """A profile's picture. `sealed`: WebP bytes. `version` is random, as an avatar's."""

    __tablename__ = "picture"

    account_id: Mapped[UUID] = account_fk(PROFILE, primary_key=True)
    version: Mapped[int] = personal_column(PROFILE, BigInteger)
    sealed: Mapped[bytes] = personal_column(PROFILE)
