"""Access tokens: what we signed holds, and nothing else does.

Attacks are signed with the real key wherever the signature is not the point, by `forge`, of which
the first test shows that it makes good tokens when nothing is bent.
"""

import base64
import json
import string
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from jose import jwk
from jose.backends.ecdsa_backend import ECDSAECKey

from dressform.crypto.signing_keys import SigningKey, check_signing_backend
from dressform.crypto.tokens import AccessTokens, Claims
from dressform.errors import StartupError, Unauthenticated

AT = datetime(2031, 5, 6, 7, 8, 9, 500_000, tzinfo=UTC)  # far from the wall clock, on purpose
SECOND = int(AT.timestamp())
ACCOUNT = UUID("0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
SESSION = UUID("0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c")
TOKEN = UUID("5b2b0f5e-8a3c-4b8e-9f43-0f8f0f1a2b3c")
ISSUER = "https://dressform.example"
AUDIENCE = "dressform"

KEY = SigningKey.generate()
OLDER = SigningKey.generate()
STRANGER = SigningKey.generate()
TOKENS = AccessTokens([KEY, OLDER], issuer=ISSUER, audience=AUDIENCE)

HEADER = {"alg": "ES256", "kid": KEY.kid, "typ": "at+jwt"}
CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": str(ACCOUNT),
    "sid": str(SESSION),
    "jti": str(TOKEN),
    "iat": SECOND,
    "nbf": SECOND,
    "exp": SECOND + 600,
}


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def spell(members: object) -> str:
    return json.dumps(members, separators=(",", ":"))


def forge(
    header: str = spell(HEADER), payload: str = spell(CLAIMS), *, key: SigningKey = KEY
) -> str:
    signed = f"{encode(header.encode())}.{encode(payload.encode())}"
    return f"{signed}.{encode(key.signer.sign(signed.encode()))}"


def forge_header(**changes: object) -> str:
    return forge(spell(HEADER | changes))


def forge_claims(**changes: object) -> str:
    return forge(payload=spell(CLAIMS | changes))


def without(members: dict[str, object], name: str) -> str:
    return spell({key: value for key, value in members.items() if key != name})


def refuses(token: str, *, at: datetime = AT) -> bool:
    """Any other error than Unauthenticated fails the test by itself."""
    try:
        TOKENS.verify(token, at=at)
    except Unauthenticated:
        return True
    return False


def test_a_forged_token_with_nothing_bent_holds() -> None:
    held = Claims(
        account_id=ACCOUNT,
        session_id=SESSION,
        token_id=TOKEN,
        issued_at=AT.replace(microsecond=0),
        expires_at=AT.replace(microsecond=0) + timedelta(minutes=10),
    )

    assert held == TOKENS.verify(forge(), at=AT)
    assert held == TOKENS.verify(forge_header(), at=AT)
    assert held == TOKENS.verify(forge_claims(), at=AT)


def test_round_trip() -> None:
    token = TOKENS.sign(ACCOUNT, SESSION, at=AT)
    claims = TOKENS.verify(token, at=AT)

    assert (claims.account_id, claims.session_id) == (ACCOUNT, SESSION)
    assert timedelta(minutes=10) == claims.expires_at - claims.issued_at
    assert json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "==")) == HEADER


@pytest.mark.parametrize("year", [1999, 2031])
def test_the_wall_clock_has_no_say(year: int) -> None:
    then = AT.replace(year=year)

    assert TOKENS.verify(TOKENS.sign(ACCOUNT, SESSION, at=then), at=then).account_id == ACCOUNT


def test_every_token_has_its_own_id() -> None:
    signed = [TOKENS.sign(ACCOUNT, SESSION, at=AT) for _ in range(2)]

    assert len({TOKENS.verify(token, at=AT).token_id for token in signed}) == 2


def test_an_older_key_still_verifies_and_a_strangers_does_not() -> None:
    before = AccessTokens([OLDER], issuer=ISSUER, audience=AUDIENCE)
    strange = AccessTokens([STRANGER], issuer=ISSUER, audience=AUDIENCE)

    assert TOKENS.verify(before.sign(ACCOUNT, SESSION, at=AT), at=AT).account_id == ACCOUNT
    assert refuses(strange.sign(ACCOUNT, SESSION, at=AT))


def test_a_kid_that_names_another_key_is_refused() -> None:
    assert refuses(forge_header(kid=OLDER.kid))
    assert refuses(forge(key=STRANGER))
    assert refuses(forge(key=OLDER))


@pytest.mark.parametrize(
    ("moment", "refused"),
    [
        (timedelta(seconds=-5), False),
        (timedelta(seconds=-6), True),
        (timedelta(seconds=599), False),
        (timedelta(seconds=599.499), False),
        (timedelta(seconds=599.5), True),
        (timedelta(days=1), True),
        (timedelta(days=-1), True),
    ],
)
def test_it_holds_from_five_seconds_before_until_it_expires(
    moment: timedelta, *, refused: bool
) -> None:
    assert refused == refuses(forge(), at=AT + moment)


@pytest.mark.parametrize("name", sorted(HEADER))
def test_each_part_of_the_header_is_needed(name: str) -> None:
    assert refuses(forge(without(dict(HEADER), name)))


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_each_claim_is_needed_and_not_null(name: str) -> None:
    assert refuses(forge(payload=without(dict(CLAIMS), name)))
    assert refuses(forge_claims(**{name: None}))


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"alg": ["ES256"]},
        {"typ": "JWT"},
        {"typ": "AT+JWT"},
        {"typ": "application/at+jwt"},
        {"kid": ""},
        {"kid": None},
        {"kid": [KEY.kid]},
        {"kid": KEY.kid + "\0"},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"jwk": STRANGER.public_jwk()},
        {"jku": "https://attacker.example/keys"},
        {"zip": "DEF"},
        {"x": "\ud800"},
    ],
    ids=" ".join,
)
def test_any_other_header_is_refused(changes: dict[str, object]) -> None:
    assert refuses(forge_header(**changes))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "null",
        "[]",
        "{}",
        '"ES256"',
        "[" * 1300,
        "[" * 650 + "]" * 650,
        '{"a":' * 1000,
        "9" * 5000,
        spell(HEADER)[:-1],
        spell(HEADER)[:-1] + ',"alg":"ES256"}',
        spell(HEADER) + " ",
        "\ufeff" + spell(HEADER),
        json.dumps(HEADER),
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_a_header_of_another_spelling_is_refused(header: str) -> None:
    assert refuses(forge(header))


WRONG_TIMES: list[object] = [
    float("inf"),
    float("-inf"),
    float("nan"),
    None,
    "x",
    "",
    "\ud800",
    True,
    False,
    SECOND + 0.5,
    float(SECOND),
    str(SECOND),
    [SECOND],
    {},
    10**30,
    10**4200,
    SECOND + 10**6,
]


@pytest.mark.parametrize("value", WRONG_TIMES, ids=lambda value: ascii(value)[:12])
@pytest.mark.parametrize("name", ["iat", "nbf", "exp"])
def test_a_time_is_a_whole_number_near_the_present(name: str, value: object) -> None:
    assert refuses(forge_claims(**{name: value}))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": SECOND + 601},
        {"exp": SECOND},
        {"exp": SECOND - 1},
        {"iat": SECOND - 1},
        {"iat": SECOND + 6},
        {"nbf": SECOND + 6},
        {"iat": -(10**30)},
        {"iat": 0},
        {"iat": SECOND + 5, "nbf": SECOND + 5, "exp": SECOND + 4},
        {"nbf": SECOND - 1},
    ],
    ids=spell,
)
def test_a_token_that_was_never_ours_to_give_is_refused(changes: dict[str, object]) -> None:
    assert refuses(forge_claims(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"aud": ""},
        {"aud": [AUDIENCE]},
        {"aud": [AUDIENCE, "another"]},
        {"aud": {AUDIENCE: 1}},
        {"iss": "https://attacker.example"},
        {"iss": ISSUER + "/"},
        {"iss": [ISSUER]},
        {"scope": "operator"},
        {"at_hash": "x"},
        {"\ud800": 1},
    ],
    ids=spell,
)
def test_any_other_claim_is_refused(changes: dict[str, object]) -> None:
    assert refuses(forge_claims(**changes))


@pytest.mark.parametrize("name", ["sub", "sid", "jti"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        7,
        str(ACCOUNT).upper(),
        ACCOUNT.hex,
        ACCOUNT.urn,
        f"{{{ACCOUNT}}}",
        f" {ACCOUNT}",
        f"{ACCOUNT}\n",
        f"{ACCOUNT}\0",
        "\ud800",
        [str(ACCOUNT)],
        str(ACCOUNT).replace("0", "\u0660"),
    ],
    ids=spell,
)
def test_an_id_is_a_uuid_in_its_one_spelling(name: str, value: object) -> None:
    assert refuses(forge_claims(**{name: value}))


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "null",
        "[]",
        "{}",
        "[" * 3000,
        '{"a":' * 1000 + "1" + "}" * 1000,
        spell(CLAIMS)[:-1] + f',"sub":"{ACCOUNT}"}}',
        spell(CLAIMS)[:-1] + f',"exp":{SECOND + 600}}}',
        json.dumps(CLAIMS),
        spell(CLAIMS) + "\n",
        spell(CLAIMS)[:-1],
        spell(CLAIMS) + spell(CLAIMS),
        "\ufeff" + spell(CLAIMS),
        spell(CLAIMS).replace(str(SECOND + 600), "9" * 5000),
        spell(CLAIMS).replace(str(SECOND + 600), "1e400"),
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_a_payload_of_another_spelling_is_refused(payload: str) -> None:
    assert refuses(forge(payload=payload))


def test_a_payload_that_is_no_utf8_is_refused() -> None:
    signed = f"{encode(spell(HEADER).encode())}.{encode(bytes([0xFF, 0xFE]))}"

    assert refuses(f"{signed}.{encode(KEY.signer.sign(signed.encode()))}")


def public_key_texts() -> list[bytes]:
    public = serialization.load_pem_public_key(KEY.verifier.to_pem())
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return [
        KEY.verifier.to_pem(),
        KEY.verifier.to_pem().strip(),
        public.public_bytes(serialization.Encoding.DER, spki),
        spell(KEY.public_jwk()).encode(),
        b"",
    ]


@pytest.mark.parametrize(
    "secret", public_key_texts(), ids=["pem", "bare pem", "der", "jwk", "none"]
)
@pytest.mark.parametrize("alg", ["HS256", "ES256"])
def test_an_hmac_with_the_public_key_is_no_signature(alg: str, secret: bytes) -> None:
    signed = f"{encode(spell(HEADER | {'alg': alg}).encode())}.{encode(spell(CLAIMS).encode())}"
    mac = hmac.HMAC(secret, hashes.SHA256())
    mac.update(signed.encode())
    short = mac.finalize()

    assert refuses(f"{signed}.{encode(short)}")
    assert refuses(f"{signed}.{encode(short * 2)}")


def test_no_signature_is_no_token() -> None:
    unsigned = (
        f"{encode(spell(HEADER | {'alg': 'none'}).encode())}.{encode(spell(CLAIMS).encode())}"
    )

    assert refuses(f"{unsigned}.")
    assert refuses(unsigned)
    assert refuses(forge().rpartition(".")[0] + ".")
    assert refuses(forge().rpartition(".")[0] + "." + "A" * 86)
    assert refuses(f"{unsigned}.{forge().rpartition('.')[2]}")


def test_the_signature_of_another_token_does_not_fit() -> None:
    assert refuses(forge().rpartition(".")[0] + "." + forge_claims(sub=str(SESSION)).split(".")[2])


@pytest.mark.parametrize(
    "junk", ["=", "==", ".", ".x", "A", "\n", " ", "\0", "é", "\ud800", "AAAA"]
)
def test_nothing_may_stand_around_a_token(junk: str) -> None:
    token = forge()
    header, payload, signature = token.split(".")

    assert refuses(token + junk)
    assert refuses(junk + token)
    assert refuses(f"{header}{junk}.{payload}.{signature}")
    assert refuses(f"{header}.{payload}{junk}.{signature}")
    assert refuses(f"{header}.{payload}.{junk}{signature}")


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "...", "a.b.c", "\0", "\ud800", "é" * 120, " " * 50, "A" * 9000, "." * 9000],
    ids=lambda text: f"{text[:3]!a}{len(text)}",
)
def test_what_is_no_token_is_refused(token: str) -> None:
    assert refuses(token)


@pytest.mark.parametrize(("padding", "decoded"), [(5000, 1), (6000, 0)])
def test_a_token_over_8_kb_is_refused_unread(
    monkeypatch: pytest.MonkeyPatch, padding: int, decoded: int
) -> None:
    calls: list[object] = []
    monkeypatch.setattr("dressform.crypto.tokens.jwt.decode", lambda *_, **__: calls.append(1))
    token = forge_claims(sub="x" * padding)

    assert refuses(token)
    assert (len(token) <= 8192) == bool(decoded)
    assert len(calls) == decoded


def test_every_bit_of_the_signature_counts() -> None:
    signed, _, signature = forge().rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")

    for bit in range(512):
        bent = (int.from_bytes(raw, "big") ^ (1 << bit)).to_bytes(64, "big")
        assert refuses(f"{signed}.{encode(bent)}")


def test_a_signature_has_one_spelling() -> None:
    """Four bits of its last letter carry nothing: a lenient decoder takes 16 letters for one."""
    token = forge()
    letters = string.ascii_letters + string.digits + "-_"
    same = base64.urlsafe_b64decode(token[-86:] + "==")
    twins = [token[:-1] + letter for letter in letters if letter != token[-1]]

    assert sum(same == base64.urlsafe_b64decode(twin[-86:] + "==") for twin in twins) == 15
    assert all(refuses(twin) for twin in twins)


@given(st.text(st.characters(exclude_categories=())))
def test_random_text_is_refused(text: str) -> None:
    assert refuses(text)


@given(st.data())
def test_a_token_with_one_letter_changed_is_refused(data: st.DataObject) -> None:
    token = forge()
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_.=+/ \0é"))
    bent = token[:place] + letter + token[place + 1 :]

    assert refuses(bent) == (bent != token)


# Short, because Hypothesis also tries the constants in our source: the right audience, say.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(CLAIMS)), JSON)
def test_a_signed_token_with_any_other_claim_is_refused(name: str, value: object) -> None:
    held_anyway = type(value) is type(CLAIMS[name]) and value == CLAIMS[name]

    assert refuses(forge_claims(**{name: value})) == (not held_anyway)


def test_the_published_keys_verify_and_say_nothing_private() -> None:
    published = TOKENS.jwks()["keys"]

    assert [KEY.kid, OLDER.kid] == [key["kid"] for key in published]
    assert {"kty", "crv", "x", "y", "kid", "use", "alg"} == published[0].keys()
    signed, _, signature = forge().rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    assert jwk.construct(dict(published[0])).verify(signed.encode(), raw)


def test_a_key_comes_back_from_its_bytes_and_keeps_to_itself() -> None:
    again = SigningKey.from_bytes(KEY.to_bytes())

    assert again == KEY
    assert KEY.kid == again.kid
    assert "PRIVATE" not in repr(KEY)


def other_key(curve: ec.EllipticCurve) -> bytes:
    return ec.generate_private_key(curve).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"x", KEY.verifier.to_pem(), other_key(ec.SECP384R1()), other_key(ec.SECP256K1())],
    ids=["empty", "junk", "public", "P-384", "secp256k1"],
)
def test_another_key_is_no_signing_key(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        SigningKey.from_bytes(data)


def test_the_slow_backend_of_jose_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    check_signing_backend()
    monkeypatch.setattr("jose.backends.ECKey", ECDSAECKey)

    with pytest.raises(StartupError, match="cryptography"):
        check_signing_backend()
