"""Registering, confirming, signing in and out."""

from dressform.clock import now
from dressform.crypto.secrets import new_token, token_hash
from dressform.crypto.sign_in_codes import new_code, new_request_token
from dressform.repositories.expiry_notices import ExpiryNotices
from dressform.repositories.one_time_tokens import OneTimeTokens, TokenPurpose
from dressform.repositories.sign_ups import SignUps
from tests.bench.load import Request
from tests.bench.members import PASSWORD, Members, email_of
from tests.bench.prepared.preparing import HASHING, MAX_CONNECTIONS, STORED, Prepared, Sequences


async def register(members: Members, number: int) -> Sequences:
    names = [members.new_name() for _ in range(number)]
    path = "/v1/auth/register"
    return [
        [
            Request.with_json(
                "POST", path, {"email": email_of(name), "username": name, "password": PASSWORD}
            )
        ]
        for name in names
    ]


async def confirm_registration(members: Members, number: int) -> Sequences:
    tokens = [new_token() for _ in range(number)]
    async with members.uows.transaction() as uow:
        for token in tokens:
            name = members.new_name()
            sign_up_id = await SignUps(uow).add(
                email=email_of(name),
                username=name,
                language="en",
                password_hash=members.password_hash,
            )
            waiting = await SignUps(uow).get_by_id(sign_up_id)
            assert waiting is not None
            await SignUps(uow).set_token(waiting, token)
    path = "/v1/auth/verify-email"
    return [
        [Request.with_json("POST", path, {"token": token, "password": PASSWORD})]
        for token in tokens
    ]


async def resend_verification(members: Members, number: int) -> Sequences:
    return _to_new_addresses("/v1/auth/resend", members, number)


async def forgot_password(members: Members, number: int) -> Sequences:
    return _to_new_addresses("/v1/auth/password/forgot", members, number)


async def login(members: Members, number: int) -> Sequences:
    return [
        [
            Request.with_json(
                "POST", "/v1/auth/login", {"login": member.username, "password": PASSWORD}
            )
        ]
        for member in await members.add(number)
    ]


async def request_sign_in_mail(members: Members, number: int) -> Sequences:
    return _to_new_addresses("/v1/auth/link", members, number)


async def sign_in_by_link(members: Members, number: int) -> Sequences:
    made = await members.add(number)
    async with members.uows.transaction() as uow:
        tokens = [
            await OneTimeTokens(uow).issue(member.owner, TokenPurpose.SIGN_IN, email=member.email)
            for member in made
        ]
    return _with_tokens("/v1/auth/link/redeem", tokens)


async def sign_in_by_code(members: Members, number: int) -> Sequences:
    made = await members.add(number)
    requests = [new_request_token(now()) for _ in range(number)]
    code = new_code()
    async with members.uows.transaction() as uow:
        for member, request_token in zip(made, requests, strict=True):
            await OneTimeTokens(uow).issue(
                member.owner,
                TokenPurpose.SIGN_IN,
                email=member.email,
                request_hash=token_hash(request_token),
                code=code,
            )
    return [
        [
            Request.with_json(
                "POST", "/v1/auth/link/code", {"request_token": request_token, "code": code}
            )
        ]
        for request_token in requests
    ]


async def refresh(members: Members, number: int) -> Sequences:
    return await _with_refresh_tokens("/v1/auth/refresh", members, number)


async def logout(members: Members, number: int) -> Sequences:
    return await _with_refresh_tokens("/v1/auth/logout", members, number)


async def list_sessions(members: Members, number: int) -> Sequences:
    path = "/v1/auth/sessions"
    return [
        [Request("GET", path, member.headers)] for member in await members.add(number, sessions=3)
    ]


async def read_session_status(members: Members, number: int) -> Sequences:
    path = "/v1/auth/session"
    return [
        [Request("GET", path, {"Cookie": f"dressform-refresh={member.sessions[0].refresh_token}"})]
        for member in await members.add(number)
    ]


async def rename_session(members: Members, number: int) -> Sequences:
    path = "/v1/auth/sessions"
    return [
        [
            Request.with_json(
                "PATCH",
                f"{path}/{member.sessions[0].session_id}",
                {"name": "Laptop"},
                member.headers,
            )
        ]
        for member in await members.add(number)
    ]


async def end_other_sessions(members: Members, number: int) -> Sequences:
    path = "/v1/auth/sessions"
    return [
        [Request("DELETE", path, member.headers)]
        for member in await members.add(number, sessions=3)
    ]


async def end_session(members: Members, number: int) -> Sequences:
    each = -(-number // MAX_CONNECTIONS)
    signed_in = await members.add(min(number, MAX_CONNECTIONS), sessions=1 + each)
    path = "/v1/auth/sessions"
    return [
        [Request("DELETE", f"{path}/{member.sessions[turn].session_id}", member.headers)]
        for turn in range(1, 1 + each)
        for member in signed_in
    ][:number]


async def confirm_email_change(members: Members, number: int) -> Sequences:
    made = await members.add(number)
    async with members.uows.transaction() as uow:
        tokens = [
            await OneTimeTokens(uow).issue(
                member.owner, TokenPurpose.EMAIL_CHANGE, email=f"new.{member.email}"
            )
            for member in made
        ]
    return [
        [
            Request.with_json(
                "POST", "/v1/auth/email/confirm", {"token": token, "password": PASSWORD}
            )
        ]
        for token in tokens
    ]


async def reactivate_account(members: Members, number: int) -> Sequences:
    made = await members.add(number)
    tokens = [new_token() for _ in range(number)]
    async with members.uows.transaction() as uow:
        for member, token in zip(made, tokens, strict=True):
            await ExpiryNotices(uow).set_reactivation_token(member.owner.account_id, token)
    return _with_tokens("/v1/auth/reopen", tokens)


def _with_tokens(path: str, tokens: list[str]) -> Sequences:
    return [[Request.with_json("POST", path, {"token": token})] for token in tokens]


def _to_new_addresses(path: str, members: Members, number: int) -> Sequences:
    names = [members.new_name() for _ in range(number)]
    return [[Request.with_json("POST", path, {"email": email_of(name)})] for name in names]


async def _with_refresh_tokens(path: str, members: Members, number: int) -> Sequences:
    each = -(-number // MAX_CONNECTIONS)
    signed_in = await members.add(min(number, MAX_CONNECTIONS), sessions=each)
    tokens = [member.sessions[turn].refresh_token for turn in range(each) for member in signed_in]
    return [
        [Request.with_json("POST", path, {"refresh_token": token})] for token in tokens[:number]
    ]


_NEW_ADDRESSES = "each to another address that has no account; the work is the same"

AUTH = {
    "register": Prepared(
        register,
        status=202,
        once=HASHING,
        connections=8,
        note="each of another name; 8 connections: one process scores new passwords, more than 17 at once is a 503",
    ),
    "confirm_registration": Prepared(
        confirm_registration,
        once=HASHING,
        note="each of another registration, stored before; it verifies a password and signs in",
    ),
    "resend_verification": Prepared(
        resend_verification, status=202, once=4000, note=_NEW_ADDRESSES
    ),
    "login": Prepared(login),
    "request_sign_in_mail": Prepared(
        request_sign_in_mail, status=202, once=4000, note=_NEW_ADDRESSES
    ),
    "sign_in_by_link": Prepared(
        sign_in_by_link, once=STORED, note="each of another account, stored before"
    ),
    "sign_in_by_code": Prepared(
        sign_in_by_code, once=STORED, note="each of another account, stored before"
    ),
    "refresh": Prepared(refresh, once=STORED, note="each of another session, stored before"),
    "logout": Prepared(
        logout, status=204, once=STORED, note="each of another session, stored before"
    ),
    "read_session_status": Prepared(read_session_status),
    "list_sessions": Prepared(list_sessions),
    "rename_session": Prepared(rename_session),
    "end_other_sessions": Prepared(
        end_other_sessions,
        status=204,
        once=STORED,
        note="each of another account with three sessions; its token was not seen before",
    ),
    "end_session": Prepared(
        end_session, status=204, once=STORED, note="each of another session, stored before"
    ),
    "forgot_password": Prepared(forgot_password, status=202, once=4000, note=_NEW_ADDRESSES),
    "confirm_email_change": Prepared(
        confirm_email_change, status=204, once=STORED, note="each of another account, stored before"
    ),
    "reactivate_account": Prepared(
        reactivate_account,
        status=204,
        once=STORED,
        note="each of another account, stored before; none is past its 12 months",
    ),
}
