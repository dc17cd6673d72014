"""The import of a site: each account in a transaction of its own, so that it can be interrupted and resumed."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from dressform.actions.confirm_sign_up import notify_waiting_sign_ups
from dressform.crypto.passwords import PasswordHasher
from dressform.crypto.secrets import random_id
from dressform.db.errors import ConstraintError
from dressform.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from dressform.repositories.imported_accounts import ImportedAccounts
from dressform.repositories.mails import Mails
from dressform.repositories.models import Models
from dressform.repositories.owners import Owner
from dressform.repositories.profiles import Profiles
from dressform.repositories.unique_hashes import is_username_taken, lock_email
from dressform.site_import.new_names import list_names
from dressform.site_import.outcomes import ImportReport, Note, Refusal
from dressform.site_import.plans import PlannedAccount, plan_account
from dressform.site_import.records import Source, SourceAccount, UnreadableAccount
from dressform.usernames.skeleton import compute_skeleton

PROGRESS_STEP = 100
_MAX_ATTEMPTS = 5


@dataclass(slots=True)
class SiteImporter:
    """Imports the accounts of a site. A dry run decides the same and stores nothing."""

    uows: UnitOfWorkFactory
    passwords: PasswordHasher
    site_words: Iterable[str]
    is_dry_run: bool = False
    report: ImportReport = field(default_factory=ImportReport)
    _addresses: set[str] = field(default_factory=set)
    _skeletons: set[str] = field(default_factory=set)

    async def run(
        self,
        source: Source,
        *,
        limit: int | None = None,
        show_progress: Callable[[ImportReport], None],
    ) -> ImportReport:
        """Import the accounts of a site, at most `limit` of them. Those that were imported are skipped."""
        for account in source:
            if limit is not None and self.report.imported >= limit:
                break
            await self._import(account)
            if self.report.looked_at % PROGRESS_STEP == 0:
                show_progress(self.report)
        return self.report

    async def _import(self, account: SourceAccount | UnreadableAccount) -> None:
        if isinstance(account, UnreadableAccount):
            self.report.records[Refusal.UNREADABLE].append(account.record)
            return
        if await ImportedAccounts(self.uows.read()).contains(account.source):
            self.report.skipped += 1
            return
        plan = plan_account(account, now=self.uows.clock())
        outcome = plan if isinstance(plan, Refusal) else await self._store(account, plan)
        if isinstance(outcome, Refusal):
            self.report.records[outcome].append(account.record)

    async def _store(self, account: SourceAccount, plan: PlannedAccount) -> Refusal | None:
        """Store an account. A registration of the same moment may take its name or address: try again."""
        hashed = plan.password_hash or await self.passwords.hash(secrets.token_urlsafe())
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            try:
                return await self._try_to_store(account, plan, hashed)
            except ConstraintError:
                if attempt == _MAX_ATTEMPTS:
                    raise
        return None

    async def _try_to_store(
        self, account: SourceAccount, plan: PlannedAccount, hashed: str
    ) -> Refusal | None:
        async with self.uows.transaction() as uow:
            await lock_email(uow, plan.email)
            if await ImportedAccounts(uow).contains(account.source):
                self.report.skipped += 1  # Another process has just imported it.
                return None
            if await self._is_address_taken(uow, plan.email):
                return Refusal.ADDRESS_TAKEN
            username = await self._choose_name(uow, account.username)
            notes = set(plan.notes)
            if username.casefold() != account.username.casefold():
                notes.add(Note.RENAMED)
            if not self.is_dry_run:
                owner = await _insert_account(uow, account.source, plan, hashed)
                await _insert_content(uow, owner, plan, username)
                await notify_waiting_sign_ups(uow, username)
                if Note.RENAMED in notes:
                    await _queue_mail(uow, owner)
        self._addresses.add(plan.email.casefold())
        self._skeletons.add(compute_skeleton(username))
        self.report.imported += 1
        self.report.models += len(plan.models)
        self.report.add_notes(account.record, frozenset(notes))
        return None

    async def _is_address_taken(self, uow: UnitOfWork, email: str) -> bool:
        if email.casefold() in self._addresses:
            return True
        accounts = Accounts(uow)
        if not self.is_dry_run:
            await accounts.delete_expired_holder(email=email)
        return await accounts.get_for_sign_in(email) is not None

    async def _choose_name(self, uow: UnitOfWork, wanted: str) -> str:
        for name in list_names(wanted, self.site_words):
            is_free = compute_skeleton(name) not in self._skeletons
            if is_free and not await is_username_taken(uow, name, random_id()):
                return name
        raise AssertionError("five random names are taken")


async def _insert_account(uow: UnitOfWork, source: str, plan: PlannedAccount, hashed: str) -> Owner:
    payload: dict[str, Any] = {
        "email": plan.email,
        "language": plan.language,
        "password_hash": hashed,
        "unit": plan.unit,
    }
    owner = await ImportedAccounts(uow).add(
        source, payload, created_at=plan.created_at, last_login_at=plan.last_login_at
    )
    if plan.restricted:
        await Accounts(uow).restrict(owner, restricted=True)
    return owner


async def _insert_content(
    uow: UnitOfWork, owner: Owner, plan: PlannedAccount, username: str
) -> None:
    await Profiles(uow).add(
        owner, username=username, bio=plan.bio, social_accounts=plan.social_accounts
    )
    models = Models(uow)
    for each in plan.models:
        await models.add(owner, name=each.name, body=each.body)


async def _queue_mail(uow: UnitOfWork, owner: Owner) -> None:
    """Tell the member of another username. The mail is deleted with the account."""
    await Mails(uow).add(
        "renamed",
        to="",
        language="",
        owner_id=owner.account_id,
        account_id=str(owner.account_id),
    )
