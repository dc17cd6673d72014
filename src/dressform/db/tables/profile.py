from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped

from dressform.db.tables.base import Base, column, of_account
from dressform.policy.notice import PROFILE


class Profile(Base):
    """What other members may see. `sealed`: username, bio, social_accounts."""

    __tablename__ = "profile"

    account_id: Mapped[UUID] = of_account(PROFILE, primary_key=True)
    username_index: Mapped[bytes] = column(PROFILE, unique=True)
    version: Mapped[int] = column(PROFILE)
    sealed: Mapped[bytes] = column(PROFILE)


class Picture(Base):
    """A profile's picture. `sealed`: WebP bytes. `version` is random, as an avatar's."""

    __tablename__ = "picture"

    account_id: Mapped[UUID] = of_account(PROFILE, primary_key=True)
    version: Mapped[int] = column(PROFILE, BigInteger)
    sealed: Mapped[bytes] = column(PROFILE)
