import base64
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dressform.crypto.refresh_token_format import TOKEN_PATTERN, RefreshToken
from dressform.crypto.refresh_tokens import Continuation, RefreshTokens
from dressform.crypto.secrets import new_key

SESSION, ACCOUNT = uuid4(), uuid4()
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = new_key()
GRACE = timedelta(seconds=10)


def parse(text: str) -> RefreshToken:
    assert re.fullmatch(TOKEN_PATTERN, text)
    token = RefreshToken.parse(text)
    assert token is not None
    return token


def start() -> Continuation:
    return RefreshTokens(KEY).start(SESSION, ACCOUNT, at=BEGAN)


class RefreshMachine(RuleBasedStateMachine):
    """Clients that refresh with any token that they ever got, at any time.

    What may happen is told from the times of all uses, which the session itself does not keep.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tokens = RefreshTokens(KEY)
        self.now = BEGAN
        self.held: list[str] = []
        self.issued: dict[str, datetime] = {}
        self.used: dict[int, datetime] = {}
        self.last_use: dict[int, datetime] = {}
        self.next_generation = 1

    @initialize()
    def sign_in(self) -> None:
        first = start()
        self.marks = first.marks
        self.receive(first.successor)

    @rule(seconds=strategies.one_of(strategies.integers(0, 12), strategies.integers(0, 10_000)))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(choice=strategies.integers(0, 10**6))
    def use_any(self, choice: int) -> None:
        self.use(self.held[choice % len(self.held)])

    @rule(back=strategies.integers(1, 4))
    def use_recent(self, back: int) -> None:
        self.use(self.held[-min(back, len(self.held))])

    @rule(turned=strategies.integers(2, 12))
    def use_newest_in_parallel(self, turned: int) -> None:
        """The answers of all can be used within 10 seconds."""
        newest = self.held[-1]
        answers = [self.use(newest) for _ in range(turned)]
        if None not in answers:
            assert all(answer is not None and self.use(answer) for answer in answers)

    @invariant()
    def session_stores_as_much_as_ever(self) -> None:
        assert len(self.marks.next_mark) == 32
        assert self.marks.used_hash is None or len(self.marks.used_hash) == 32
        assert self.marks.use_marks is not None
        assert len(self.marks.use_marks) == 256

    def use(self, text: str) -> str | None:
        """Use a token. A replay is only looked at: in truth it ends the session."""
        token = parse(text)
        accepted = self.tokens.accept(token, ACCOUNT, self.marks, at=self.now)
        generation = token.generation
        if generation == self.next_generation:
            assert accepted is not None
            assert accepted.marks.next_mark != self.marks.next_mark
            self.used[generation] = self.last_use[generation] = self.now
            self.next_generation += 1
        else:
            self.check_late_use(text, generation, accepted)
        if accepted is None:
            return None
        self.marks = accepted.marks
        assert parse(accepted.successor).generation == self.next_generation
        assert accepted.successor not in self.issued
        self.receive(accepted.successor)
        return accepted.successor

    def check_late_use(self, text: str, generation: int, accepted: Continuation | None) -> None:
        is_within_grace = self.now - self.last_use[generation] <= GRACE
        if is_within_grace:
            assert accepted is not None
            assert accepted.marks == self.marks
            return
        has_no_used_successor = generation == self.next_generation - 1
        is_last_used = parse(text).hash == self.marks.used_hash
        was_issued_beside_it = self.used[generation] - self.issued[text] <= GRACE
        if not (has_no_used_successor and (is_last_used or was_issued_beside_it)):
            assert accepted is None
            return
        assert accepted is not None
        self.last_use[generation] = self.now

    def receive(self, text: str) -> None:
        self.held.append(text)
        self.issued[text] = self.now


RefreshMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=15, deadline=None)
TestRefreshMachine = RefreshMachine.TestCase


def test_more_rotations_than_marks_within_the_grace_never_continue_a_wrong_one() -> None:
    tokens, first = RefreshTokens(KEY), start()
    accepted: Continuation | None = first
    for _ in range(40):
        assert accepted is not None
        accepted = tokens.accept(parse(accepted.successor), ACCOUNT, accepted.marks, at=BEGAN)
    assert accepted is not None

    assert tokens.accept(parse(first.successor), ACCOUNT, accepted.marks, at=BEGAN) is None


def test_one_that_was_used_on_a_host_whose_clock_is_ahead_is_accepted() -> None:
    tokens, first = RefreshTokens(KEY), start()
    ahead = BEGAN + timedelta(seconds=3)
    second = tokens.accept(parse(first.successor), ACCOUNT, first.marks, at=ahead)
    assert second is not None
    third = tokens.accept(parse(second.successor), ACCOUNT, second.marks, at=ahead)
    assert third is not None

    assert tokens.accept(parse(first.successor), ACCOUNT, third.marks, at=BEGAN) is not None


def test_tokens_go_on_under_a_new_key_in_parallel() -> None:
    """One process has the new key already, and one has not activated it."""
    key = new_key()
    before, after = RefreshTokens(KEY, key), RefreshTokens(key, KEY)
    first = start()
    second = before.accept(parse(first.successor), ACCOUNT, first.marks, at=BEGAN)
    assert second is not None
    third = after.accept(parse(second.successor), ACCOUNT, second.marks, at=BEGAN)
    assert third is not None

    for tokens in (before, after):
        assert tokens.accept(parse(first.successor), ACCOUNT, third.marks, at=BEGAN) is not None


def test_every_byte_of_a_token_is_signed() -> None:
    raw = base64.urlsafe_b64decode(start().successor)
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        token = parse(base64.urlsafe_b64encode(changed).decode())

        assert not RefreshTokens(KEY).is_genuine(token, ACCOUNT)
    assert RefreshTokens(KEY).is_genuine(parse(start().successor), ACCOUNT)
    assert not RefreshTokens(KEY).is_genuine(parse(start().successor), uuid4())
