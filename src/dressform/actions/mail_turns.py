"""Choose the next mail, so that no kind and no recipient can hold up the others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from uuid import UUID

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.mails import LeasedMail, Mails


class MailTurns:
    """The turns of the kinds of mail, and the mails that the couriers of this process are sending.

    A courier sends one mail at a time. All but one of the couriers may send mails of one kind, and
    one courier mails to one address: a mail server may keep a courier waiting for a minute.
    """

    def __init__(self, uows: UnitOfWorkFactory, *, couriers: int) -> None:
        self.couriers = couriers
        self._uows = uows
        self._max_per_kind = max(couriers - 1, 1)
        self._in_progress: dict[UUID, LeasedMail] = {}
        self._numbers = count(1)
        self._last_turns: dict[str, int] = {}
        self._choosing = asyncio.Lock()

    @asynccontextmanager
    async def lease_next(self) -> AsyncIterator[LeasedMail | None]:
        """Lease the next mail. Its kind and its address count as busy until the block ends."""
        async with self._choosing:
            mail = await self._lease_next()
            if mail is not None:
                self._in_progress[mail.id] = mail
        try:
            yield mail
        finally:
            if mail is not None:
                del self._in_progress[mail.id]

    async def _lease_next(self) -> LeasedMail | None:
        """Lease a mail of the kind whose last turn was the earliest."""
        kinds = await Mails(self._uows.read()).list_kinds()
        free = [kind for kind in kinds if self._count(kind) < self._max_per_kind]
        for kind in sorted(free, key=lambda kind: self._last_turns.get(kind, 0)):
            async with self._uows.transaction() as uow:
                mail = await Mails(uow).lease_next(kind, busy=self._busy_addresses())
            if mail is not None:
                self._last_turns[kind] = next(self._numbers)
                return mail
        return None

    def _count(self, kind: str) -> int:
        return sum(mail.kind == kind for mail in self._in_progress.values())

    def _busy_addresses(self) -> set[bytes]:
        return {mail.email_index for mail in self._in_progress.values() if mail.email_index}
