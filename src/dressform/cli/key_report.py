"""The report of `dressform keys list`."""

from collections.abc import Sequence
from datetime import datetime

from dressform.crypto.sealing import MasterKeys
from dressform.crypto.signing_keys import SigningKey
from dressform.repositories.key_states import (
    CRYPTOPERIODS,
    KeyState,
    SecretPurpose,
    StoredKey,
    get_end,
    get_state,
)

_ROW = "{:<8} {:<36} {:<10} {:<17} {}"
_TIME = "%Y-%m-%d %H:%M"


def format_report(
    keys: Sequence[StoredKey], master: MasterKeys, wrapped: dict[str, int], now: datetime
) -> str:
    """Return one line per key: purpose, id, state, since when it is used, and what comes next."""
    lines = [_ROW.format("PURPOSE", "ID", "STATE", "ACTIVE FROM (UTC)", "")]
    lines += [
        _format_master_key(key_id, master, wrapped.get(key_id, 0))
        for key_id in sorted(master.ids, key=lambda one: one != master.active_id)
    ]
    for purpose in SecretPurpose:
        siblings = [key for key in keys if key.purpose is purpose]
        siblings.sort(key=lambda key: key.active_from)
        lines += [_format_key(key, siblings, now) for key in siblings]
    return "\n".join(line.rstrip() for line in lines)


def _format_master_key(key_id: str, master: MasterKeys, wrapped: int) -> str:
    if key_id == master.active_id:
        return _ROW.format("master", key_id, "active", "", f"wraps {wrapped} keys")
    remark = f"wraps {wrapped} keys: run `dressform keys rewrap`" if wrapped else "can be removed"
    return _ROW.format("master", key_id, "accepted", "", remark)


def _format_key(key: StoredKey, siblings: Sequence[StoredKey], now: datetime) -> str:
    state = get_state(key, siblings, now)
    line = _ROW.format(
        key.purpose,
        str(key.id),
        state,
        f"{key.active_from:{_TIME}}",
        _format_next_step(key, siblings, state, now),
    )
    if key.purpose is SecretPurpose.SIGNING:
        line += f"; kid {SigningKey.from_bytes(key.secret).kid}"
    return line


def _format_next_step(
    key: StoredKey, siblings: Sequence[StoredKey], state: KeyState, now: datetime
) -> str:
    end = get_end(key, siblings)
    if state is KeyState.PUBLISHED:
        return "not used yet"
    if state is KeyState.RETIRED:
        return "the worker deletes it"
    if state is KeyState.ACCEPTED:
        return "run `dressform keys rehash`" if end is None else f"retires {end:{_TIME}}"
    period = CRYPTOPERIODS.get(key.purpose)
    if period is None:
        return "is not rotated"
    due = key.active_from + period
    return f"rotate by {due:%Y-%m-%d}{' (overdue)' if due < now else ''}"
