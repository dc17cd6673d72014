import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dressform.api.app import create_app
from dressform.settings.settings import Settings
from dressform.worker.runner import create_tasks
from tests.conftest import MovableClock
from tests.helpers.auth import code_of, request_sign_in_mail, sign_in_by_link
from tests.helpers.browser import Page, needs_chromium, open_browser, serve_on_port
from tests.helpers.members import Mailbox, MemberClient, token_of

LINKS = {
    "/verify-email": "v1/auth/verify-email",
    "/reset-password": "v1/auth/password/reset",
    "/confirm-email": "v1/auth/email/confirm",
    "/reopen": "v1/auth/reopen",
    "/sign-in": "v1/auth/link/redeem",
}
PRESS = "document.querySelector('button').click()"
PRESS_IN = "document.querySelector('#{} button').click()"
REFRESH = (
    "fetch('v1/auth/refresh', {method: 'POST'})"
    ".then((response) => { document.title = response.status; })"
)
NEW_PASSWORD = "nine thimbles under the lamp"


def shown(element: str) -> str:
    return f"document.getElementById('{element}')?.hidden === false"


def allow_origin(app: FastAPI, url: str) -> None:
    """Accept the cookie from pages at the port of this test."""
    state = app.state.dressform
    settings = state.settings.model_copy(update={"allowed_origins": (url,)})
    app.state.dressform = replace(state, settings=settings)


@pytest.mark.parametrize("path", LINKS)
async def test_a_page_is_shut_tight(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 200
    assert response.text.count("://") == 1
    assert '<a href="http://localhost:8000/" ' in response.text
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "connect-src 'self'; img-src 'self'; script-src 'self'; style-src 'self'"
    )


@pytest.mark.parametrize("path", LINKS)
async def test_assets_are_there(client: httpx.AsyncClient, path: str) -> None:
    found = re.findall(r'"(assets/[^"]+)"', (await client.get(path)).text)

    assert {"page.css", "links.js"} <= {asset.rpartition("/")[2] for asset in found}
    for asset in found:
        assert (await client.get(f"/{asset}")).status_code == 200


@pytest.mark.parametrize(("path", "endpoint"), LINKS.items())
async def test_the_button_asks_an_endpoint_that_takes_tokens(
    client: httpx.AsyncClient, path: str, endpoint: str
) -> None:
    html = (await client.get(path)).text
    document = (await client.get("/openapi.json")).json()

    assert f'data-endpoint="{endpoint}"' in html
    operation = document["paths"][f"/{endpoint}"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert "token" in schema["properties"]


@pytest.mark.parametrize("path", LINKS)
async def test_everything_is_said_in_french_too(client: httpx.AsyncClient, path: str) -> None:
    html = (await client.get(path)).text
    said = re.findall(r"<(?:title|h1|p|a|label|button)\b([^>]*)>[^<\s]", html)

    assert [attributes for attributes in said if 'data-fr="' not in attributes] == [""]
    assert "Cette page a besoin de JavaScript." in html


@pytest.fixture
async def served(
    isolated_settings: Settings, clock: MovableClock
) -> AsyncIterator[tuple[str, httpx.AsyncClient, Mailbox]]:
    """Yield the address of a process whose public URL it is, as cookies need it, and its mailbox."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://localhost:{port}"
    own = isolated_settings.model_copy(update={"public_url": url})
    app = create_app(own, clock)
    async with (
        app.router.lifespan_context(app),
        serve_on_port(app, port),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=url) as client,
    ):
        tasks = create_tasks(own, app.state.dressform.uows)
        yield url, client, Mailbox(own.state_dir / "mail", tasks.deliver_mails)


@needs_chromium
@pytest.mark.slow
async def test_a_registration_is_confirmed_with_its_password(
    served: tuple[str, httpx.AsyncClient, Mailbox], tmp_path: Path
) -> None:
    """Not by opening the page: programs that look into mails do that. A wrong one costs nothing."""
    url, client, mailbox = served
    ada = MemberClient(client, mailbox, "ada")
    await ada.register()
    token = await mailbox.token()

    async with open_browser(tmp_path / "browser") as page:
        await page.visit(f"{url}/verify-email#token={token}")
        await page.wait_until("document.querySelector('form')?.hidden === false")
        before = [one for one in page.requests if "/v1/" in one]
        address = await page.run("location.href")
        status_before = (await ada.sign_in()).status_code
        await enter(page, password="eight tailors measured once")
        await page.wait_until(problem("wrong-password"))
        form_stays = await page.run("!document.querySelector('form').hidden")
        await enter(page, password=ada.password)
        await page.wait_until(shown("done"))
        # The site finds the session of the cookie: nobody types the password a third time.
        refreshed = await page.run_async(
            "fetch('/v1/auth/refresh', {method: 'POST'}).then(answer => answer.status)"
        )
        fields = await page.run(
            "[...document.querySelectorAll('input')].map(input => input.autocomplete).join()"
        )

    assert before == []
    assert address == f"{url}/verify-email"
    assert status_before == 401
    assert form_stays
    assert refreshed == 200
    assert fields.startswith("username,off,current-password")
    assert (await ada.sign_in()).status_code == 200
    # The browser itself notes the answer 403 to the wrong password.
    assert [text for text in page.complaints if "403" not in text] == []


@needs_chromium
@pytest.mark.slow
async def test_a_taken_name_is_replaced_on_the_page_and_a_used_link_says_so(
    served: tuple[str, httpx.AsyncClient, Mailbox], tmp_path: Path
) -> None:
    url, client, mailbox = served
    rivals = [MemberClient(client, mailbox, "ada", email=f"{n}@example.org") for n in "ab"]
    for rival in rivals:
        await rival.register()
    tokens = {message["To"]: token_of(message) for message in await mailbox.collect()}
    first, second = (tokens[rival.email] for rival in rivals)
    assert (await rivals[0].confirm(first)).status_code == 200

    async with open_browser(tmp_path / "browser") as page:
        await page.speak("fr-CA")
        await page.visit(f"{url}/verify-email#token={second}")
        await page.wait_until("document.querySelector('form')?.hidden === false")
        await enter(page, password=rivals[1].password)
        await page.wait_until(problem("username-taken"))
        said = await page.run("document.getElementById('failed').innerText")
        await enter(page, username="cleo", password=rivals[1].password)
        await page.wait_until(shown("done"))
        await page.visit(f"{url}/docs")
        await page.visit(f"{url}/verify-email#token={second}")
        await page.wait_until("document.querySelector('form')?.hidden === false")
        await enter(page, password="anything")
        await page.wait_until(problem("already-confirmed"))
        form_hidden = await page.run("document.querySelector('form').hidden")

    rivals[1].username = "cleo"
    assert "choisissez-en un autre" in said
    assert form_hidden
    assert (await rivals[1].sign_in()).status_code == 200


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "token", "subject"),
    [
        ("verify-email", "", "Confirm your e-mail address"),
        ("verify-email", f"#token={'x' * 43}", "Confirm your e-mail address"),
        ("reset-password", f"#token={'x' * 43}", "Confirm your e-mail address first"),
    ],
)
async def test_a_dead_link_leads_to_a_new_one(
    served: tuple[str, httpx.AsyncClient, Mailbox],
    tmp_path: Path,
    path: str,
    token: str,
    subject: str,
) -> None:
    url, client, mailbox = served
    bea = MemberClient(client, mailbox, "bea")
    await bea.register()
    await mailbox.collect()

    async with open_browser(tmp_path / "browser") as page:
        await page.visit(f"{url}/{path}{token}")
        await page.wait_until("document.getElementById('failed') !== null")
        if token:
            await page.wait_until("document.querySelector('form')?.hidden === false")
            await enter(page, password=NEW_PASSWORD)
            await page.wait_until(problem("link-invalid"))
        await page.wait_until(shown("renew"))
        await page.run(f"document.getElementById('email').value = '{bea.email}'")
        await page.run("document.querySelector('#renew button').click()")
        await page.wait_until(shown("sent"))

    message = await mailbox.receive_one()
    assert message["Subject"] == subject
    assert (await bea.confirm(token_of(message))).status_code == 200


@needs_chromium
@pytest.mark.slow
async def test_a_password_is_reset_in_french(
    app: FastAPI, ada: MemberClient, mailbox: Mailbox, tmp_path: Path
) -> None:
    """A weak one is refused with the reason, and the form stays."""
    await ada.client.post("/v1/auth/password/forgot", json={"email": ada.email})
    token = await mailbox.token()

    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        await page.speak("fr-CA")
        await page.visit(f"{url}/reset-password#token={token}")
        await page.wait_until("document.title === 'Choisissez un nouveau mot de passe'")
        await type_password(page_run=page.run, password="password1234")
        await page.wait_until(problem("other"))
        reasons = await page.run("document.getElementById('reasons').innerText")
        await type_password(page_run=page.run, password=NEW_PASSWORD)
        await page.wait_until(shown("done"))

    ada.password = NEW_PASSWORD
    assert "several unrelated words" in reasons
    assert (await ada.sign_in()).status_code == 200


@needs_chromium
@pytest.mark.slow
async def test_a_mailed_link_signs_in_by_a_press(
    app: FastAPI, ada: MemberClient, mailbox: Mailbox, tmp_path: Path
) -> None:
    """Opening it spends nothing. The browser then has the cookie of the session."""
    await request_sign_in_mail(ada.client, ada.email)
    token = await mailbox.token()

    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.visit(f"{url}/sign-in#token={token}")
        await page.wait_until("document.querySelector('form')?.hidden === false")
        before = [one for one in page.requests if "/v1/" in one]
        address = await page.run("location.href")
        ask_is_shown = await page.run(shown("ask"))
        await page.run(PRESS)
        await page.wait_until(shown("done"))
        await page.run(REFRESH)
        await page.wait_until("document.title === '200'")

    assert before == []
    assert address == f"{url}/sign-in"
    assert not ask_is_shown
    assert page.complaints == []


@needs_chromium
@pytest.mark.slow
async def test_a_used_link_leads_on_to_a_code_in_french(
    app: FastAPI, ada: MemberClient, mailbox: Mailbox, tmp_path: Path
) -> None:
    """The tab is loaded again before the code is typed, as telephones do."""
    await request_sign_in_mail(ada.client, ada.email)
    token = await mailbox.token()
    assert (await sign_in_by_link(ada.client, token)).status_code == 200

    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.speak("fr-CA")
        await page.visit(f"{url}/sign-in#token={token}")
        await page.wait_until("document.title === 'Connexion'")
        await page.run(PRESS)
        await page.wait_until(shown("ask"))
        refused = await page.run(shown("refused"))
        await page.run(f"document.getElementById('email').value = '{ada.email}'")
        await page.run(PRESS_IN.format("ask"))
        await page.wait_until(shown("type-code"))
        code = code_of(await mailbox.receive_one())
        await page.run("window.isOfBefore = true")
        await page.visit(f"{url}/sign-in")
        await page.wait_until(f"!window.isOfBefore && {shown('type-code')}")
        await page.run(f"document.getElementById('code').value = '{code.lower()}'")
        await page.run(PRESS_IN.format("type-code"))
        await page.wait_until(shown("done"))
        forms = await page.run("[...document.forms].every((form) => form.hidden)")
        await page.run(REFRESH)
        await page.wait_until("document.title === '200'")

    assert refused
    assert forms


@needs_chromium
@pytest.mark.slow
async def test_a_link_without_its_token_says_so(app: FastAPI, tmp_path: Path) -> None:
    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        await page.visit(f"{url}/confirm-email")
        await page.wait_until(shown("no-token"))

        assert await page.run("document.querySelector('form').hidden")


async def type_password(page_run: Callable[[str], Awaitable[object]], password: str) -> None:
    await page_run(f"document.getElementById('new-password').value = '{password}'")
    await page_run(PRESS)


def problem(name: str) -> str:
    return f"document.querySelector('[data-problem={name}]')?.hidden === false"


async def enter(page: Page, **fields: str) -> None:
    """Type into fields by the end of their names, and press the button."""
    for name, text in fields.items():
        await page.run(f"document.querySelector('#act [name$={name}]').value = '{text}'")
    await page.run(PRESS)
