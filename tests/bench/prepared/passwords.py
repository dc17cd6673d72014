"""What a member does with the password: each checks one hash at least."""

from dressform.repositories.one_time_tokens import OneTimeTokens, TokenPurpose
from tests.bench.load import Request
from tests.bench.members import PASSWORD, Members, email_of
from tests.bench.prepared.preparing import HASHING, MAX_CONNECTIONS, Prepared, Sequences


async def reset_password(members: Members, number: int) -> Sequences:
    made = await members.add(number)
    async with members.uows.transaction() as uow:
        tokens = [
            await OneTimeTokens(uow).issue(
                member.owner, TokenPurpose.PASSWORD_RESET, email=member.email
            )
            for member in made
        ]
    path = "/v1/auth/password/reset"
    return [
        [Request.with_json("POST", path, {"token": token, "new_password": PASSWORD})]
        for token in tokens
    ]


async def change_password(members: Members, number: int) -> Sequences:
    path = "/v1/auth/password/change"
    payload = {"current_password": PASSWORD, "new_password": PASSWORD}
    return [
        [Request.with_json("POST", path, payload, member.headers)]
        for member in await members.add(number)
    ]


async def change_email(members: Members, number: int) -> Sequences:
    made = await members.add(min(number, MAX_CONNECTIONS))
    return [
        [
            Request.with_json(
                "POST",
                "/v1/auth/email/change",
                {"password": PASSWORD, "new_email": email_of(members.new_name())},
                made[turn % len(made)].headers,
            )
        ]
        for turn in range(number)
    ]


async def set_restriction(members: Members, number: int) -> Sequences:
    return [
        [
            Request.with_json(
                "PUT",
                "/v1/privacy/restriction",
                {"password": PASSWORD, "restricted": restricted},
                member.headers,
            )
            for restricted in (True, False)
        ]
        for member in await members.add(number)
    ]


async def delete_account(members: Members, number: int) -> Sequences:
    path, payload = "/v1/privacy/erasure", {"password": PASSWORD}
    return [
        [Request.with_json("POST", path, payload, member.headers)]
        for member in await members.add(number, models=1, pictures=True)
    ]


_JUDGED = "8 connections: one process scores new passwords, more than 17 at once is a 503"

PASSWORDS = {
    "reset_password": Prepared(
        reset_password,
        status=204,
        once=HASHING,
        connections=8,
        note=f"each of another account; {_JUDGED}",
    ),
    "change_password": Prepared(
        change_password, status=204, connections=8, note=f"to the same password; {_JUDGED}"
    ),
    "change_email": Prepared(
        change_email, status=202, once=HASHING, note="each to another new address"
    ),
    "set_restriction": Prepared(set_restriction, status=204, note="restricted and lifted in turns"),
    "delete_account": Prepared(
        delete_account,
        status=204,
        once=HASHING,
        note="each another account of one model and two pictures",
    ),
}
