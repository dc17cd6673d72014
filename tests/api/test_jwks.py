"""The public keys, as a third party uses them."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.helpers.members import MemberClient


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text: str) -> int:
    return int.from_bytes(decoded(text))


async def published(person: MemberClient) -> dict[str, dict[str, str]]:
    keys = (await person.client.get("/.well-known/jwks.json")).json()["keys"]
    return {key["kid"]: key for key in keys}


def public(key: dict[str, str]) -> EllipticCurvePublicKey:
    return EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), SECP256R1()).public_key()


def assert_signed(token: str, key: EllipticCurvePublicKey) -> None:
    signed, _, signature = token.rpartition(".")
    halves = decoded(signature)
    pair = encode_dss_signature(int.from_bytes(halves[:32]), int.from_bytes(halves[32:]))
    key.verify(pair, signed.encode(), ECDSA(SHA256()))


async def test_an_access_token_checks_against_the_key_that_it_names(ada: MemberClient) -> None:
    header = json.loads(decoded(ada.access_token.split(".")[0]))
    key = public((await published(ada))[header["kid"]])

    assert_signed(ada.access_token, key)

    claims = ada.access_token.split(".")[1]
    forged = base64.urlsafe_b64encode(decoded(claims).replace(b"dressform-api", b"dressform-apj"))
    with pytest.raises(InvalidSignature):
        assert_signed(ada.access_token.replace(claims, forged.decode().rstrip("=")), key)


async def test_nothing_but_public_parts_is_told_and_to_everybody(ada: MemberClient) -> None:
    response = await ada.client.get("/.well-known/jwks.json")

    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert [set(key) for key in response.json()["keys"]] == [
        {"kty", "crv", "alg", "use", "kid", "x", "y"}
    ]


async def test_a_token_says_no_more_than_who_and_for_how_long(ada: MemberClient) -> None:
    claims = json.loads(decoded(ada.access_token.split(".")[1]))

    assert claims["exp"] - claims["iat"] == 600
    told = json.dumps(claims)
    assert ada.email not in told
    assert ada.username not in claims.values()
