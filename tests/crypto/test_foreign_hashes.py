"""Hashes that FreeSewing wrote: the one by scrypt comes from Node's own crypto, as version 3 calls it."""

import hashlib

import pytest

from dressform.crypto.foreign_hashes import MAX_BCRYPT_COST, encode_bcrypt, encode_scrypt
from dressform.crypto.passwords import PasswordHasher
from tests.helpers.foreign_hashes import hash_by_bcrypt

TYPED = "une robe d\u2019\u00e9t\u00e9"
DECOMPOSED = "une robe d\u2019e\u0301te\u0301"
SALT = bytes.fromhex("101112131415161718191a1b1c1d1e1f")
DIGEST = bytes.fromhex(
    "3600565113762bd43ecffd69bfb0eb02112642eaf87d0aff93945b344a6e0624"
    "6fbfbcab16952f88b305655ef14e0c609d8c09a8a71d2b98c3d2ce2bf3f41d14"
)


@pytest.fixture(scope="module")
def passwords() -> PasswordHasher:
    return PasswordHasher()


async def test_a_hash_of_nodes_scrypt_is_verified_and_needs_a_rehash(
    passwords: PasswordHasher,
) -> None:
    stored = encode_scrypt(SALT, DIGEST)

    assert stored is not None
    assert await passwords.verify(TYPED, stored)
    assert not await passwords.verify(TYPED.upper(), stored)
    assert not await passwords.verify("", stored)
    assert passwords.needs_rehash(stored)


async def test_a_hash_of_bcrypt_is_verified_and_needs_a_rehash(passwords: PasswordHasher) -> None:
    stored = encode_bcrypt(hash_by_bcrypt(TYPED))

    assert stored is not None
    assert await passwords.verify(TYPED, stored)
    assert not await passwords.verify(TYPED + ".", stored)
    assert passwords.needs_rehash(stored)


async def test_a_password_that_was_hashed_decomposed_is_accepted_as_it_is_typed(
    passwords: PasswordHasher,
) -> None:
    """FreeSewing does not compose, so the hash is one of what the keyboard sent."""
    decomposed = hashlib.scrypt(DECOMPOSED.encode(), salt=SALT, n=2**14, r=8, p=1, dklen=64)

    stored = encode_scrypt(SALT, decomposed)

    assert stored is not None
    assert await passwords.verify(DECOMPOSED, stored)
    assert not await passwords.verify(TYPED, stored)
    composed = encode_scrypt(SALT, DIGEST)
    assert await passwords.verify(DECOMPOSED, composed)


async def test_a_long_password_is_cut_as_bcrypt_cuts_it(passwords: PasswordHasher) -> None:
    long = "a needle and a thread " * 8
    stored = encode_bcrypt(hash_by_bcrypt(long))

    assert stored is not None
    assert await passwords.verify(long, stored)
    assert not await passwords.verify(long[:70], stored)


@pytest.mark.parametrize("cost", [MAX_BCRYPT_COST + 1, 31])
def test_a_hash_that_costs_too_much_is_none(cost: int) -> None:
    assert encode_bcrypt(f"$2a${cost:02}$" + "a" * 53) is None


@pytest.mark.parametrize("text", ["", "x", "$2a$10$", "$2x$10$" + "a" * 53, "$2a$03$" + "a" * 53])
def test_what_is_no_hash_of_bcrypt_is_none(text: str) -> None:
    assert encode_bcrypt(text) is None


@pytest.mark.parametrize(
    ("salt", "digest"), [(b"", DIGEST), (SALT * 5, DIGEST), (SALT, DIGEST[:32]), (SALT, b"")]
)
def test_what_is_no_hash_of_scrypt_is_none(salt: bytes, digest: bytes) -> None:
    assert encode_scrypt(salt, digest) is None


async def test_our_own_hashes_do_not_need_a_rehash(passwords: PasswordHasher) -> None:
    assert not passwords.needs_rehash(await passwords.hash(TYPED))
