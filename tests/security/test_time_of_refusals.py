"""An attacker measures how long the refusal of a password takes, to learn what is stored of an account."""

import time

import pytest

from dressform.actions.delay_refusal import REFUSAL_SECONDS
from dressform.crypto.foreign_hashes import encode_bcrypt, encode_scrypt
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.repositories.accounts import Accounts
from tests.helpers.auth import login
from tests.helpers.foreign_hashes import hash_by_bcrypt, hash_by_scrypt
from tests.helpers.members import MemberClient

WRONG = "not the password at all"


@pytest.mark.parametrize("scheme", ["argon2", "bcrypt", "scrypt", "none"])
async def test_time_of_refusal_does_not_tell_where_an_account_is_from(
    ada: MemberClient, uows: UnitOfWorkFactory, scheme: str
) -> None:
    """Unpadded, a hash of another site takes 35 ms more than our own, and than that of no account."""
    foreign = {
        "bcrypt": lambda: encode_bcrypt(hash_by_bcrypt(ada.password, 10)),
        "scrypt": lambda: encode_scrypt(*hash_by_scrypt(ada.password)),
    }
    if scheme in foreign:
        async with uows.transaction() as uow:
            account = await Accounts(uow).get_by_email(ada.email)
            assert account is not None
            await Accounts(uow).change(account.owner, password_hash=foreign[scheme]() or "")
    login_name = "grace@example.org" if scheme == "none" else ada.email

    started = time.monotonic()
    refused = await login(ada.client, login_name, WRONG)

    assert refused.status_code == 401
    assert time.monotonic() - started >= REFUSAL_SECONDS
