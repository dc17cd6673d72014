"""Calls under /v1/auth that several tests make."""

import re
from email.message import EmailMessage
from typing import Any

import httpx

from tests.helpers.members import PASSWORD, MemberClient


async def login(client: httpx.AsyncClient, name: str, password: str) -> httpx.Response:
    return await client.post("/v1/auth/login", json={"login": name, "password": password})


async def refresh(person: MemberClient, token: str | None = None) -> httpx.Response:
    return await person.client.post(
        "/v1/auth/refresh", json={"refresh_token": token or person.refresh_token}
    )


async def logout(person: MemberClient, token: str | None = None) -> httpx.Response:
    return await person.client.post(
        "/v1/auth/logout", json={"refresh_token": token or person.refresh_token}
    )


async def renew(person: MemberClient) -> None:
    """Get new tokens for a session whose access token ran out."""
    tokens = (await refresh(person)).json()
    person.access_token, person.refresh_token = tokens["access_token"], tokens["refresh_token"]


async def sessions(person: MemberClient) -> list[dict[str, Any]]:
    answer = await person.request("GET", "/v1/auth/sessions")
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def forgot(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/v1/auth/password/forgot", json={"email": email})


async def reset(client: httpx.AsyncClient, token: str, password: str) -> httpx.Response:
    body = {"token": token, "new_password": password}
    return await client.post("/v1/auth/password/reset", json=body)


async def change_password(
    person: MemberClient, new: str, current: str | None = None
) -> httpx.Response:
    body = {"current_password": current or person.password, "new_password": new}
    return await person.request("POST", "/v1/auth/password/change", json=body)


async def change_email(
    person: MemberClient, new: str, password: str | None = None
) -> httpx.Response:
    body = {"password": password or person.password, "new_email": new}
    return await person.request("POST", "/v1/auth/email/change", json=body)


async def confirm_email(
    client: httpx.AsyncClient, token: str, password: str = PASSWORD
) -> httpx.Response:
    body = {"token": token, "password": password}
    return await client.post("/v1/auth/email/confirm", json=body)


async def restrict(person: MemberClient, *, restricted: bool = True) -> httpx.Response:
    body = {"password": person.password, "restricted": restricted}
    return await person.request("PUT", "/v1/privacy/restriction", json=body)


async def erase(person: MemberClient) -> httpx.Response:
    return await person.request("POST", "/v1/privacy/erasure", json={"password": person.password})


async def request_sign_in_mail(client: httpx.AsyncClient, email: str) -> str:
    """Ask for a link and a code to sign in, and return the token of the request."""
    answer = await client.post("/v1/auth/link", json={"email": email})
    assert answer.status_code == 202, answer.text
    request_token: str = answer.json()["request_token"]
    return request_token


def code_of(message: EmailMessage) -> str:
    """Return the code in a mail that signs in."""
    found = re.search(r"^([0-9A-Z]{4}-[0-9A-Z]{4})\r?$", message.get_content(), re.MULTILINE)
    assert found, message.get_content()
    return found[1]


async def sign_in_by_link(
    client: httpx.AsyncClient,
    token: str,
    *,
    session: str = "body",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    body = {"token": token, "session": session}
    return await client.post("/v1/auth/link/redeem", json=body, headers=headers)


async def sign_in_by_code(
    client: httpx.AsyncClient,
    request_token: str,
    code: str,
    *,
    session: str = "body",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    body = {"request_token": request_token, "code": code, "session": session}
    return await client.post("/v1/auth/link/code", json=body, headers=headers)


def refresh_cookie_of(response: httpx.Response) -> str:
    """Return the header that sets the refresh token, beside that of the device."""
    (cookie,) = (
        text
        for text in response.headers.get_list("Set-Cookie")
        if text.startswith("dressform-refresh=")
    )
    return cookie
