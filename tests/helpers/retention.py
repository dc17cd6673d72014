"""One of everything that a window looks after, all begun at the same moment."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text

from dressform.crypto.secrets import new_token, timed_id
from dressform.db.tables import Account, Base
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.policy.category import Category
from dressform.policy.notice import CATEGORIES
from dressform.policy.operation_data import RETENTION_RUN
from dressform.policy.periods import start_of_day
from dressform.repositories.accounts import Accounts
from dressform.repositories.attempt_counts import AttemptCounts
from dressform.repositories.audit_log_entries import AuditLogEntries
from dressform.repositories.expiry_notices import ExpiryNotice, ExpiryNotices
from dressform.repositories.former_usernames import FormerUsernames
from dressform.repositories.imported_accounts import ImportedAccounts
from dressform.repositories.mails import Mails
from dressform.repositories.models import Models
from dressform.repositories.one_time_tokens import OneTimeTokens, TokenPurpose
from dressform.repositories.owners import Owner
from dressform.repositories.pictures import Avatars, ProfilePictures
from dressform.repositories.profiles import Profiles
from dressform.repositories.rate_limits import LOGIN, Budget
from dressform.repositories.retention_runs import RetentionRuns
from dressform.repositories.sessions import Sessions
from dressform.repositories.sign_ups import SignUps
from dressform.sewing.body import BodyMeasurements
from tests.helpers import coarse_times as coarse
from tests.helpers.access_log import as_log_role

TABLES = {
    "visitor": {"access_log"},
    "model": {"model", "avatar"},
    "profile": {"account", "account_key", "profile", "picture"},
    "former-username": {"former_username"},
    "imported-account": {"imported_account"},
    "sign-up": {"sign_up"},
    "confirmed-link": {"confirmed_link"},
    "session": {"session"},
    "one-time-token": {"one_time_token"},
    "mail": {"mail"},
    "attempt": {"attempt_count"},
    "lookup": {"audit_log_entry"},
    "retention-run": {"retention_run"},
}
"""What goes when a window ends."""


async def add_account(uows: UnitOfWorkFactory, at: datetime, username: str = "ada") -> Owner:
    """Add an account with profile, picture, model and avatar, without a login, its owner notified."""
    async with uows.transaction(now=at) as uow:
        owner = await Accounts(uow).add(
            timed_id(), email=f"{username}@example.org", language="en", password_hash="none"
        )
        await Profiles(uow).add(owner, username=username)
        await ProfilePictures(uow).put(owner, b"picture")
        model = await Models(uow).add(owner, name="Me", body=BodyMeasurements(breasts=False))
        await Avatars(uow).put(owner, model.id, b"avatar")
    await warn(uows, owner)
    return owner


async def warn(
    uows: UnitOfWorkFactory, owner: Owner, *, before: timedelta = timedelta(days=30)
) -> None:
    """Store that a mail server accepted the notice of the next expiry so long before it."""
    uow = uows.read()
    expires_at = await uow.connection.scalar(
        select(Account.expires_at).where(Account.id == owner.account_id)
    )
    assert expires_at is not None
    async with uows.transaction(now=expires_at - before) as uow:
        await ExpiryNotices(uow).mark_delivered(ExpiryNotice(owner.account_id, expires_at))


async def add_everything(uows: UnitOfWorkFactory, at: datetime) -> Owner:
    owner = await add_account(uows, at)
    async with uows.transaction(now=at) as uow:
        await Sessions(uow).add(owner)
        await OneTimeTokens(uow).issue(owner, TokenPurpose.PASSWORD_RESET, email="ada@example.org")
        await SignUps(uow).add(
            email="bob@example.org", username="bob", language="en", password_hash="none"
        )
        await FormerUsernames(uow).hold("ada-before", owner.account_id)
        await add_confirmed_link(uow, owner)
        await add_imported_account(uow, at)
        await Mails(uow).add("erased", to="eve@example.org", language="en")
        await AttemptCounts(uow).take(Budget(LOGIN, "eve"))
        await AuditLogEntries(uow).add(
            owner.account_id, purpose="error", reason="A test.", query={}, row_count=0
        )
        run = await RetentionRuns(uow).claim(RETENTION_RUN.key, at)
        assert run is not None
        await RetentionRuns(uow).finish(run, rows=0, seconds=0.1)
        await add_visit(uows, at)
    return owner


async def add_imported_account(uow: UnitOfWork, at: datetime) -> None:
    """Store that an account was moved here, and remove that account at once."""
    payload = {"email": "kay@example.org", "language": "en", "password_hash": "none"}
    kay = await ImportedAccounts(uow).add("kay", payload, created_at=at, last_login_at=at)
    await uow.connection.execute(delete(Account).where(Account.id == kay.account_id))


async def add_confirmed_link(uow: UnitOfWork, owner: Owner) -> None:
    """Store the used link of an account as confirming it does."""
    sign_ups, email = SignUps(uow), "ada@example.org"
    await sign_ups.add(email=email, username="ada", language="en", password_hash="none")
    waiting = await sign_ups.get_latest_by_email(email)
    assert waiting is not None
    await sign_ups.set_token(waiting, new_token())
    await sign_ups.replace_by_links(owner, email)


async def add_visit(uows: UnitOfWorkFactory, at: datetime) -> None:
    day, name = at.date(), f"access_log_{at:%Y%m%d}"
    async with as_log_role(uows) as uow:
        await uow.connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF access_log "
                f"FOR VALUES FROM ('{day} 00:00+00') TO ('{day + timedelta(days=1)} 00:00+00')"
            )
        )
        await uow.connection.execute(
            text(
                "INSERT INTO access_log VALUES "
                "(:at, '203.0.113.9', 'GET', '/docs', 200, 1, gen_random_uuid())"
            ),
            {"at": at},
        )


async def counts(uows: UnitOfWorkFactory) -> dict[str, int]:
    """Rows in each table that a window looks after."""
    found = {}
    uow = uows.read()
    for name in set().union(*TABLES.values()) - TABLES["visitor"]:
        found[name] = await _count(uow, name)
    async with as_log_role(uows) as uow:
        found["access_log"] = await _count(uow, "access_log")
    return found


async def _count(uow: UnitOfWork, table: str) -> int:
    counted = select(func.count()).select_from(Base.metadata.tables[table])
    return int((await uow.connection.execute(counted)).scalar_one())


def end_of(category: Category, began: datetime) -> datetime:
    """Return when the worker ends what began then: the log's is the end of the first record of its day."""
    if category.key == "visitor":
        return category.period.expires_at(start_of_day(began))
    return coarse.end_of(category, began)


assert TABLES.keys() == {category.key for category in CATEGORIES}
