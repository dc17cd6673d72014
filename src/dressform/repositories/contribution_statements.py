"""The statements of the open dataset, each for one batch of accounts.

A draw runs them thousands of times, so they are compiled once: compiling takes longer than
executing.
"""

from datetime import timedelta

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    update,
)

from dressform.db.statements import Statement, is_any_of
from dressform.db.tables import Account, DatasetConsent, DatasetConsentAct, DatasetDraw, Model
from dressform.opendata.budget import MAX_COUNTS
from dressform.opendata.consent import COMPATIBLE
from dressform.repositories.sealed_contributions import IS_CHOSEN, select_bodies

ACCOUNT_IDS = bindparam("account_ids", type_=ARRAY(Uuid))

MODEL_IDS = bindparam("model_ids", type_=ARRAY(Uuid))

IS_IN_BATCH = DatasetConsent.account_id == func.any(ACCOUNT_IDS)

NOT_DRAWN = DatasetConsent.drawn_year.is_(None)

IN_RESTORED_DRAW = exists().where(
    DatasetDraw.restored_at.is_not(None),
    DatasetDraw.drawn_at + timedelta(days=1) > Account.created_at,
)
"""Accounts that are older than the end of the day of a restored draw may have been in it."""

CONSENTED_BEFORE = exists().where(
    DatasetConsentAct.account_id == DatasetConsent.account_id,
    DatasetConsentAct.act == "given",
    DatasetConsentAct.acted_at < bindparam("before"),
)

HAS_CONSENT = CONSENTED_BEFORE.where(
    DatasetConsentAct.id == DatasetConsent.given_id,
    is_any_of(DatasetConsentAct.text_version, COMPATIBLE),
)

IS_ELIGIBLE: tuple[ColumnElement[bool], ...] = (
    IS_IN_BATCH,
    HAS_CONSENT,
    Account.expires_at > bindparam("at"),
    Account.models_expire_at > bindparam("at"),
    Account.restricted_at.is_(None),
    ~IN_RESTORED_DRAW,
)

# Every other condition is limited to the ids of a batch. After all accounts were marked the planner
# has no statistics of the marks, and would scan the whole table for each batch.
NEXT_BATCH = Statement(
    select(DatasetConsent.account_id)
    .where(DatasetConsent.account_id > bindparam("after"))
    .order_by(DatasetConsent.account_id)
    .limit(bindparam("most"))
)

MARK_COUNTED = Statement(
    update(DatasetConsent)
    .where(Account.id == DatasetConsent.account_id)
    .where(exists().where(Model.account_id == DatasetConsent.account_id))
    .where(*IS_ELIGIBLE, NOT_DRAWN, DatasetConsent.times_counted < MAX_COUNTS)
    .values(times_counted=DatasetConsent.times_counted + 1)
)

FETCH_COUNTABLE = Statement(
    select_bodies().where(*IS_ELIGIBLE, NOT_DRAWN, DatasetConsent.times_counted < MAX_COUNTS)
)

FETCH_COUNTED = Statement(
    select_bodies().where(*IS_ELIGIBLE, NOT_DRAWN, DatasetConsent.times_counted > 0)
)

FETCH_ENCRYPTED = Statement(select_bodies().where(IS_IN_BATCH))

DRAWABLE = (
    select(DatasetConsent.account_id)
    .join(Account, Account.id == DatasetConsent.account_id)
    .where(*IS_ELIGIBLE, NOT_DRAWN)
    .where(
        exists().where(
            Model.id == func.any(MODEL_IDS),
            Model.account_id == DatasetConsent.account_id,
            IS_CHOSEN,
        )
    )
    .with_for_update(of=DatasetConsent, key_share=True, skip_locked=True)
)

MARK_DRAWN = Statement(
    update(DatasetConsent)
    .where(DatasetConsent.account_id == func.any(func.array(DRAWABLE.scalar_subquery())))
    .values(drawn_year=bindparam("year"), drawn_under=DatasetConsent.given_id)
    .returning(DatasetConsent.account_id)
)

DRAWN = (
    func.unnest(ACCOUNT_IDS, MODEL_IDS)
    .table_valued(column("account_id", Uuid), column("model_id", Uuid))
    .render_derived()
)

WITHDRAWN = Statement(
    select(DRAWN.c.account_id)
    .join(Account, Account.id == DRAWN.c.account_id)
    .outerjoin(Model, Model.id == DRAWN.c.model_id)
    .where(or_(Account.restricted_at.is_not(None), Model.id.is_(None), IN_RESTORED_DRAW))
)

UNMARK = Statement(
    update(DatasetConsent).where(IS_IN_BATCH).values(drawn_year=None, drawn_under=None)
)

MARK_ALL = Statement(
    update(DatasetConsent)
    .where(IS_IN_BATCH, NOT_DRAWN, CONSENTED_BEFORE)
    .values(drawn_year=bindparam("year"))
)
