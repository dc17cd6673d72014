"""Access tokens as an attacker sends them: each is a 401, and none is more than that."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jose import jwk, jwt

from dressform.crypto.signing_keys import SigningKey
from dressform.crypto.tokens import AccessTokens
from dressform.settings.settings import Settings
from tests.conftest import MovableClock
from tests.helpers.assertions import assert_problem
from tests.helpers.auth import restrict
from tests.helpers.members import MemberClient

ROUTES = [
    ("GET", "/v1/auth/sessions"),
    ("DELETE", "/v1/auth/sessions"),
    ("POST", "/v1/auth/password/change"),
    ("POST", "/v1/auth/email/change"),
    ("GET", "/v1/profiles/me"),
    ("POST", "/v1/models"),
    ("POST", "/v1/privacy/erasure"),
]
JUNK = [
    "",
    " ",
    "x",
    "..",
    "a.b.c",
    "x" * 10_000,
    "." * 10_000,
    "null",
    "Bearer",
    "\u00e9\u00e9",
    "eyJhbGciOiJub25lIn0.e30.",
]


def encoded(part: object) -> str:
    text = part if isinstance(part, str) else json.dumps(part, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


async def ask(client: httpx.AsyncClient, authorization: str) -> httpx.Response:
    headers = [(b"Authorization", authorization.encode())]
    return await client.get("/v1/profiles/me", headers=headers)


@pytest.mark.parametrize(("verb", "path"), ROUTES)
async def test_no_token_at_all(client: httpx.AsyncClient, verb: str, path: str) -> None:
    assert_problem(await client.request(verb, path), 401, "unauthenticated")


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Basic", "DPoP", ""])
async def test_junk(client: httpx.AsyncClient, scheme: str, junk: str) -> None:
    assert_problem(await ask(client, f"{scheme} {junk}"), 401, "unauthenticated")


def forged(token: str, app: FastAPI) -> Iterator[tuple[str, str]]:
    """What each is, and the token."""
    header, payload, signature = token.split(".")
    head, claims = decoded(header), decoded(payload)
    ours = app.state.dressform.tokens._keys[0]
    stranger = SigningKey.generate()
    public = ours.verifier.to_pem()

    def signed(key: Any, algorithm: str = "ES256", **headers: Any) -> str:
        return jwt.encode(claims, key, algorithm=algorithm, headers=head | headers)

    yield "no signature", f"{header}.{payload}."
    yield "nothing behind the payload", f"{header}.{payload}"
    yield "alg none", f"{encoded(head | {'alg': 'none'})}.{payload}."
    yield "another's signature", f"{header}.{payload}.{signature[::-1]}"
    yield "junk behind the signature", f"{token}AA"
    yield "a fourth part", f"{token}.{signature}"
    yield "padding", f"{token}=="
    yield "another spelling of the signature", token[:-1] + chr(ord(token[-1]) + 1)
    yield "another key under our kid", signed(stranger.signer)
    yield "another key under its own kid", signed(stranger.signer, kid=stranger.kid)
    yield "no kid", f"{encoded({'alg': 'ES256', 'typ': head['typ']})}.{payload}.{signature}"
    yield "an id token", signed(ours.signer, typ="JWT")
    yield "crit", signed(ours.signer, crit=["exp"])
    yield "jku", signed(ours.signer, jku="https://evil.example/keys")
    yield "jwk", signed(ours.signer, jwk=stranger.public_jwk())
    hmac = jwk.construct(b"k" * 32, "HS256")
    vars(hmac)["prepared_key"] = public  # jose refuses a PEM when it is asked openly.
    yield "HS256 with our public key", signed(hmac, "HS256")
    for nested in ("[" * 2000, '{"a":' * 1000):
        yield f"nested {nested[:2]}", f"{encoded(nested)}.{payload}.{signature}"
        yield f"nested claims {nested[:2]}", f"{header}.{encoded(nested)}.{signature}"


async def test_forgeries(ada: MemberClient, app: FastAPI) -> None:
    assert (await ask(ada.client, f"Bearer {ada.access_token}")).status_code == 200
    seen = 0
    for kind, token in forged(ada.access_token, app):
        answer = await ask(ada.client, f"Bearer {token}")

        assert answer.status_code == 401, kind
        assert_problem(answer, 401, "unauthenticated")
        seen += 1
    assert seen == 20


CLAIMS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no audience": lambda claims: claims.pop("aud"),
    "another audience": lambda claims: claims.update(aud="another-api"),
    "a list of audiences": lambda claims: claims.update(aud=[claims["aud"]]),
    "another issuer": lambda claims: claims.update(iss="https://evil.example"),
    "no subject": lambda claims: claims.pop("sub"),
    "no end": lambda claims: claims.pop("exp"),
    "an endless one": lambda claims: claims.update(exp=1e308),
    "infinity": lambda claims: claims.update(exp=float("inf")),
    "a text for a time": lambda claims: claims.update(exp=str(claims["exp"])),
    "a long life": lambda claims: claims.update(exp=claims["exp"] + 1),
    "not yet": lambda claims: claims.update(nbf=claims["nbf"] + 60),
    "a subject of SQL": lambda claims: claims.update(sub="' OR 1=1 --"),
    "a subject of no characters": lambda claims: claims.update(sub="\ud800"),
    "no session": lambda claims: claims.pop("sid"),
    "one claim more": lambda claims: claims.update(admin=True),
}


def signed_anew(
    token: str, app: FastAPI, change: Callable[[dict[str, Any]], object] = lambda _: None
) -> str:
    """With our own key."""
    header, payload, _ = token.split(".")
    claims = decoded(payload)
    change(claims)
    key = app.state.dressform.tokens._keys[0].signer
    return jwt.encode(claims, key, algorithm="ES256", headers=decoded(header))


@pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS)
async def test_claims_that_do_not_hold_even_if_signed(
    ada: MemberClient, app: FastAPI, change: Callable[[dict[str, Any]], object]
) -> None:
    unchanged = signed_anew(ada.access_token, app)
    changed = signed_anew(ada.access_token, app, change)

    assert (await ask(ada.client, f"Bearer {unchanged}")).status_code == 200
    assert_problem(await ask(ada.client, f"Bearer {changed}"), 401, "unauthenticated")


async def test_a_session_of_somebody_else(
    ada: MemberClient, app: FastAPI, clock: MovableClock
) -> None:
    """Well signed, but subject and session do not belong together."""
    tokens: AccessTokens = app.state.dressform.tokens
    claims = tokens.verify(ada.access_token, at=clock())
    for subject, session in (
        (claims.session_id, claims.session_id),
        (claims.account_id, claims.account_id),
    ):
        token = tokens.sign(subject, session, at=clock())
        assert_problem(await ask(ada.client, f"Bearer {token}"), 401, "unauthenticated")


async def test_ten_minutes(ada: MemberClient, clock: MovableClock) -> None:
    clock.advance(minutes=9, seconds=59)
    assert (await ada.request("GET", "/v1/profiles/me")).status_code == 200

    clock.advance(seconds=1)

    assert_problem(await ada.request("GET", "/v1/profiles/me"), 401, "unauthenticated")


async def test_another_deployment_on_the_same_keys(
    ada: MemberClient, app: FastAPI, settings: Settings, clock: MovableClock
) -> None:
    tokens: AccessTokens = app.state.dressform.tokens
    claims = tokens.verify(ada.access_token, at=clock())
    others = AccessTokens(tokens._keys, issuer="https://staging.example", audience="dressform-api")
    token = others.sign(claims.account_id, claims.session_id, at=clock())

    assert settings.public_url != "https://staging.example"
    assert_problem(await ask(ada.client, f"Bearer {token}"), 401, "unauthenticated")


async def test_a_refresh_token_is_no_access_token(ada: MemberClient) -> None:
    assert_problem(await ask(ada.client, f"Bearer {ada.refresh_token}"), 401, "unauthenticated")


async def test_two_tokens_in_one_header(ada: MemberClient) -> None:
    both = f"Bearer {ada.access_token}, Bearer {ada.access_token}"

    assert_problem(await ask(ada.client, both), 401, "unauthenticated")


async def test_a_token_in_the_address_is_not_looked_at(ada: MemberClient) -> None:
    answer = await ada.client.get(
        "/v1/profiles/me", params={"access_token": ada.access_token, "token": ada.access_token}
    )

    assert_problem(answer, 401, "unauthenticated")


async def test_restriction_is_told_only_to_whoever_is_signed_in(ada: MemberClient) -> None:
    await restrict(ada)

    assert_problem(await ask(ada.client, "Bearer x"), 401, "unauthenticated")
    assert_problem(await ada.request("GET", "/v1/profiles/ada"), 403, "account-restricted")
