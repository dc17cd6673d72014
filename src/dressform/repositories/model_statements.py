"""The statements of the models, each compiled once."""

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from dressform.db.statements import Statement
from dressform.db.tables import Account, Avatar, Model
from dressform.repositories.members import with_member

MAX_MODELS = 100
"""The models that an account can have."""

Base = aliased(Model)

OWNED = (
    select(
        Model.id,
        Model.version,
        Model.sealed,
        Model.position,
        exists().where(Avatar.model_id == Model.id).label("has_avatar"),
        Model.base_id,
        Base.version.label("base_version"),
        Base.sealed.label("base_sealed"),
    )
    .join(Account, Account.id == Model.account_id)
    .outerjoin(Base, Base.id == Model.base_id)
    .where(Model.account_id == bindparam("account_id"))
    .where(Account.models_expire_at > bindparam("at"))
)

OWNED_ONE = OWNED.where(Model.id == bindparam("model_id"))

ONE = Statement(OWNED_ONE)

ONE_LOCKED = Statement(OWNED_ONE.with_for_update(of=Model))

VARIANTS = Statement(OWNED.where(Model.base_id == bindparam("base_id")).with_for_update(of=Model))

MEMBER_AND_MODEL = with_member(OWNED_ONE)

PAGE = (
    OWNED.where(Model.position > bindparam("after"))
    .order_by(Model.position)
    .limit(bindparam("most"))
)

NEXT_PAGE = Statement(PAGE)

MEMBER_AND_MODELS = with_member(PAGE)

ADD = Statement(insert(Model), "id", "account_id", "base_id", "version", "position", "sealed")

CHANGE = Statement(
    update(Model).where(Model.id == bindparam("model_id")),
    "base_id",
    "version",
    "position",
    "sealed",
)

REMOVE = Statement(delete(Model).where(Model.id == bindparam("model_id")))

LOCK = Statement(
    select(Account.id)
    .where(Account.id == bindparam("account_id"), Account.models_expire_at > bindparam("at"))
    .with_for_update(key_share=True)
)

COUNT = Statement(
    select(func.count(), func.coalesce(func.max(Model.position), 0)).where(
        Model.account_id == bindparam("account_id")
    )
)
