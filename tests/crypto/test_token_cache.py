"""A token whose signature was found good is remembered, and that gives nothing away."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from jose import jwt

from dressform.crypto import tokens
from dressform.crypto.signing_keys import SigningKey
from dressform.crypto.tokens import AccessTokens
from dressform.errors import Unauthenticated

AT = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
KEY, NEXT = SigningKey.generate(), SigningKey.generate()


def made(*keys: SigningKey) -> AccessTokens:
    return AccessTokens(keys or (KEY,), issuer="https://dressform.example", audience="dressform")


def signed(by: AccessTokens, at: datetime = AT) -> str:
    return by.sign(uuid4(), uuid4(), at=at)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signatures were computed."""
    computed: list[str] = []
    decode = jwt.decode

    def counting(token: str, *rest: Any, **options: Any) -> Any:
        computed.append(token)
        return decode(token, *rest, **options)

    monkeypatch.setattr(jwt, "decode", counting)
    return computed


def test_a_signature_is_computed_once(checked: list[str]) -> None:
    ours = made()
    token = signed(ours)

    assert ours.verify(token, at=AT) == ours.verify(token, at=AT + timedelta(minutes=9))
    assert checked == [token]


def test_a_remembered_token_ends_to_the_second() -> None:
    ours = made()
    token = signed(ours)
    ours.verify(token, at=AT + timedelta(seconds=599.9))

    with pytest.raises(Unauthenticated):
        ours.verify(token, at=AT + timedelta(seconds=600))


def test_a_remembered_token_is_refused_before_its_time() -> None:
    ours = made()
    token = signed(ours)
    ours.verify(token, at=AT)

    with pytest.raises(Unauthenticated):
        ours.verify(token, at=AT - timedelta(seconds=6))


@pytest.mark.parametrize("place", [0, 30, 200, 400, -87, -50, -2])
def test_a_text_that_differs_in_one_letter_is_another(place: int) -> None:
    ours = made()
    token = signed(ours)
    ours.verify(token, at=AT)
    letters = list(token)
    letters[place] = "A" if letters[place] != "A" else "B"

    with pytest.raises(Unauthenticated):
        ours.verify("".join(letters), at=AT)


def test_what_was_refused_is_looked_at_again(checked: list[str]) -> None:
    ours, strange = made(), made(NEXT)
    token = signed(strange)[:-1] + "A"
    forged = signed(ours).rpartition(".")[0] + "." + token.rpartition(".")[2]

    for _ in range(2):
        with pytest.raises(Unauthenticated):
            ours.verify(forged, at=AT)

    assert checked == [forged, forged]
    assert len(ours._cache) == 0


def test_a_retired_key_is_not_remembered_by_who_never_had_it() -> None:
    """A process that starts after a rotation without the old key remembers nothing of it."""
    before, after = made(KEY), made(NEXT)
    token = signed(before)
    before.verify(token, at=AT)

    with pytest.raises(Unauthenticated):
        after.verify(token, at=AT)


def test_no_more_than_so_many_are_remembered(
    monkeypatch: pytest.MonkeyPatch, checked: list[str]
) -> None:
    monkeypatch.setattr(tokens, "CACHE_SIZE", 3)
    ours = made()
    issued = [signed(ours) for _ in range(5)]
    for token in issued:
        ours.verify(token, at=AT)

    assert len(ours._cache) == 3
    for token in (issued[4], issued[0]):
        ours.verify(token, at=AT)
    assert checked == [*issued, issued[0]]


def test_junk_pushes_no_good_token_out(monkeypatch: pytest.MonkeyPatch, checked: list[str]) -> None:
    monkeypatch.setattr(tokens, "CACHE_SIZE", 1)
    ours = made()
    good = signed(ours)
    ours.verify(good, at=AT)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            ours.verify(good[:-2] + "AA", at=AT)
    checked.clear()

    ours.verify(good, at=AT)

    assert checked == []


def test_expired_ones_leave_when_another_comes() -> None:
    ours = made()
    for _ in range(4):
        ours.verify(signed(ours), at=AT)
    later = AT + timedelta(minutes=10)

    ours.verify(signed(ours, later), at=later)

    assert len(ours._cache) == 1


def test_what_expired_is_not_kept(checked: list[str]) -> None:
    ours = made()
    token = signed(ours)
    ours.verify(token, at=AT)
    for seconds in (600, 601):
        with pytest.raises(Unauthenticated):
            ours.verify(token, at=AT + timedelta(seconds=seconds))

        assert len(ours._cache) == 0
    assert checked == [token] * 3


def test_no_token_stands_in_the_memory() -> None:
    ours = made()
    token = signed(ours)
    ours.verify(token, at=AT)

    assert {len(key) for key in ours._cache} == {32}
    assert token.rpartition(".")[2] not in repr(ours._cache)
