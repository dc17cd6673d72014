import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import dressform
from dressform.api.app import create_app
from dressform.api.pages.field_messages import FIELD_MESSAGES
from dressform.api.schemas import fields
from dressform.crypto import password_rules
from dressform.settings.settings import Settings
from dressform.usernames import reserved
from dressform.worker.runner import create_tasks
from tests.conftest import MovableClock
from tests.helpers.auth import (
    change_email,
    code_of,
    login,
    request_sign_in_mail,
    sign_in_by_link,
)
from tests.helpers.browser import Page, needs_chromium, open_browser, serve_on_port
from tests.helpers.members import Mailbox, MemberClient, token_of

SOURCE = Path(dressform.__file__).parent
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
        await page.wait_until(wrong("password"))
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
        await page.wait_until(wrong("username"))
        said = await page.run("document.getElementById('username-wrong').innerText")
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
        allow_origin(app, url)
        await page.speak("fr-CA")
        await page.visit(f"{url}/reset-password#token={token}")
        await page.wait_until("document.title === 'Choisissez un nouveau mot de passe'")
        await type_password(page_run=page.run, password="password1234")
        await page.wait_until(wrong("new-password"))
        said = await page.run("document.querySelector('main').innerText")
        await type_password(page_run=page.run, password=NEW_PASSWORD)
        await page.wait_until(shown("done"))

    ada.password = NEW_PASSWORD
    assert "plusieurs mots sans lien" in said
    assert "Each entry of" not in said
    assert "Many people" not in said
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
        refused = await page.run(problem("link-invalid"))
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


def wrong(field: str) -> str:
    """Return the condition that a message stands at a field, and that the field has the focus."""
    return (
        f"document.getElementById('{field}-wrong')?.textContent"
        f" && document.activeElement?.id === '{field}'"
    )


async def act(page: Page, password: str = NEW_PASSWORD) -> None:
    """Fill the form of a link, whichever fields it has, and press its button."""
    await page.run(
        "document.querySelectorAll('#act [type=password]').forEach("
        f"(field) => {{ field.value = '{password}'; }})"
    )
    await page.run(PRESS)


FORM = "document.querySelector('#act')?.hidden === false"


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize(("path", "endpoint"), LINKS.items())
async def test_link_in_the_tab_of_another_one_is_taken(
    app: FastAPI, tmp_path: Path, path: str, endpoint: str
) -> None:
    """Only the fragment changes then, and the browser loads nothing."""
    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.visit(f"{url}{path}#token={'x' * 43}")
        await page.wait_until(FORM)
        await page.run("window.isOfBefore = true")
        await act(page)
        await page.wait_until(problem("link-invalid"))
        await page.visit(f"{url}{path}#token={'y' * 43}")
        await page.wait_until(FORM)
        problems = await page.run(
            "document.querySelectorAll('[data-problem]:not([hidden])').length"
        )
        others = await page.run(
            "[...document.forms].filter((form) => form.id !== 'act').every((form) => form.hidden)"
        )
        typed = await page.run(
            "[...document.querySelectorAll('#act [type=password]')].map(one => one.value).join('')"
        )
        address = await page.run("location.href")
        await act(page)
        await page.wait_until(problem("link-invalid"))
        same_document = await page.run("window.isOfBefore")

    sent = [
        json.loads(body)["token"]
        for one, body in zip(page.requests, page.bodies, strict=True)
        if one == f"{url}/{endpoint}"
    ]
    assert sent == ["x" * 43, "y" * 43]
    assert (problems, others, typed) == (0, True, "")
    assert address == f"{url}{path}"
    assert same_document


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("path", LINKS)
@pytest.mark.parametrize("fragment", ["", "#token=abc", f"#token={'x' * 44}"])
async def test_page_of_a_cut_link_asks_for_nothing_and_leads_on(
    app: FastAPI, tmp_path: Path, path: str, fragment: str
) -> None:
    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        await page.visit(f"{url}{path}{fragment}")
        await page.wait_until(shown("no-token"))
        form_hidden = await page.run("document.querySelector('#act').hidden")
        ways_on = await page.run(
            "[...document.querySelectorAll('#renew, #ask, #no-token a')]"
            ".filter((one) => one.checkVisibility()).length"
        )

    assert form_hidden
    assert ways_on == 1


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("path", ["/reset-password", "/confirm-email"])
async def test_device_is_known_after_a_link_was_followed_on_it(
    app: FastAPI, ada: MemberClient, mailbox: Mailbox, tmp_path: Path, path: str
) -> None:
    """Then the failed logins of strangers hold up no login of this browser."""
    if path == "/reset-password":
        await ada.client.post("/v1/auth/password/forgot", json={"email": ada.email})
        ada.password = NEW_PASSWORD
    else:
        await change_email(ada, "new@example.org")
    token = token_of((await mailbox.collect())[0])
    body = json.dumps({"login": "ada", "password": ada.password})

    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.visit(f"{url}{path}#token={token}")
        await page.wait_until(FORM)
        await act(page, ada.password)
        await page.wait_until(shown("done"))
        async with httpx.AsyncClient(base_url=url) as stranger:
            guesses = [(await login(stranger, "ada", "wrong")).status_code for _ in range(11)]
        status = await page.run_async(
            "fetch('/v1/auth/login', {method: 'POST', headers: {'Content-Type':"
            f" 'application/json'}}, body: '{body}'}}).then((answer) => answer.status)"
        )

    assert guesses[-1] == 429
    assert status == 200


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            ["This username is reserved: choose another one.", "Write an e-mail address like"],
        ),
        (
            "fr-CA",
            ["Ce nom d'utilisateur est réservé : choisissez-en un autre.", "Écrivez une adresse"],
        ),
    ],
)
async def test_message_of_a_field_stands_at_the_field_until_the_next_input(
    served: tuple[str, httpx.AsyncClient, Mailbox],
    tmp_path: Path,
    language: str,
    sentences: list[str],
) -> None:
    url, client, mailbox = served
    rivals = [MemberClient(client, mailbox, "ada", email=f"{n}@example.org") for n in "ab"]
    for rival in rivals:
        await rival.register()
    tokens = {message["To"]: token_of(message) for message in await mailbox.collect()}
    await rivals[0].confirm(tokens[rivals[0].email])

    async with open_browser(tmp_path / "browser") as page:
        await page.speak(language)
        await page.visit(f"{url}/verify-email#token={tokens[rivals[1].email]}")
        await page.wait_until(FORM)
        await enter(page, password=rivals[1].password)
        await page.wait_until(wrong("username"))
        await enter(page, username="admin", password=rivals[1].password)
        await page.wait_until(f"{wrong('username')} && {said_at('username', sentences[0])}")
        invalid = await page.run("document.getElementById('username').ariaInvalid")
        described = await page.run(
            "document.getElementById('username').ariaDescribedBy ?? document.getElementById('username').getAttribute('aria-describedby')"
        )
        other = await page.run(problem("other"))
        await page.send("Input.insertText", text="x")
        await page.wait_until("!document.getElementById('username-wrong').textContent")
        valid = await page.run("document.getElementById('username').ariaInvalid")
        await page.visit(f"{url}/verify-email#")
        await page.wait_until(shown("renew"))
        await page.run("document.getElementById('email').value = 'ada@localhost'")
        await page.run(PRESS_IN.format("renew"))
        await page.wait_until(f"{wrong('email')} && {said_at('email', sentences[1])}")

    assert invalid == "true"
    assert "username-wrong" in described
    assert not other
    assert valid is None


def said_at(field: str, sentence: str) -> str:
    return f"document.getElementById('{field}-wrong').textContent.includes({json.dumps(sentence)})"


@needs_chromium
@pytest.mark.slow
async def test_message_without_a_translation_is_that_of_the_service(
    app: FastAPI, tmp_path: Path
) -> None:
    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.speak("fr")
        await page.visit(f"{url}/reset-password#token={'x' * 43}")
        await page.wait_until(FORM)
        await type_password(page.run, "nine\\u0001needles in the hay")
        await page.wait_until(wrong("new-password"))
        said = await page.run("document.getElementById('new-password-wrong').outerHTML")

    assert "must not contain control characters" in said
    assert 'lang="en"' in said


@pytest.mark.parametrize("site", [None, "https://sewing.example"])
@pytest.mark.parametrize("path", LINKS)
async def test_texts_that_say_to_sign_in_lead_there(
    app: FastAPI, client: httpx.AsyncClient, path: str, site: str | None
) -> None:
    state = app.state.dressform
    settings = state.settings.model_copy(update={"site_url": site})
    app.state.dressform = replace(state, settings=settings)

    html = (await client.get(path)).text

    found = re.findall(r'<a href="([^"]*)" data-fr="Me connecter"', html)
    expected = {"/verify-email": 2, "/reset-password": 2, "/confirm-email": 3, "/reopen": 4}
    assert found == [f"{site}/" if site else "sign-in"] * expected.get(path, 1)
    assert f'<a href="{site or "http://localhost:8000"}/" ' in html


async def test_start_page_leads_to_sign_in_and_back(client: httpx.AsyncClient) -> None:
    assert '<a href="sign-in"' in (await client.get("/")).text
    assert '<a href="http://localhost:8000/"' in (await client.get("/sign-in")).text


@needs_chromium
@pytest.mark.slow
async def test_new_address_asks_for_the_password_of_the_account(
    app: FastAPI, ada: MemberClient, mailbox: Mailbox, tmp_path: Path
) -> None:
    await change_email(ada, "new@example.org")
    token = token_of((await mailbox.collect())[0])

    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.speak("fr")
        await page.visit(f"{url}/confirm-email#token={token}")
        await page.wait_until(FORM)
        await act(page, "another password")
        await page.wait_until(
            f"{wrong('password')} && {said_at('password', 'le mot de passe de votre compte')}"
        )
        await act(page, ada.password)
        await page.wait_until(shown("done"))

    assert (await ada.sign_in("new@example.org")).status_code == 200


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("kept", [True, False])
async def test_session_is_kept_as_chosen(
    app: FastAPI, ada: MemberClient, mailbox: Mailbox, tmp_path: Path, *, kept: bool
) -> None:
    await request_sign_in_mail(ada.client, ada.email)
    token = await mailbox.token()

    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.visit(f"{url}/sign-in#token={token}")
        await page.wait_until(FORM)
        if not kept:
            await page.run("document.querySelector('#act [name=remember]').click()")
        await page.run(PRESS)
        await page.wait_until(shown("done"))
        cookies = (await page.send("Network.getCookies"))["cookies"]

    (cookie,) = [one for one in cookies if one["name"] == "dressform-refresh"]
    assert cookie["session"] is not kept


async def test_each_form_that_signs_in_asks_whether_to_remember(client: httpx.AsyncClient) -> None:
    asked = {
        path: (await client.get(path)).text.count('name="remember" type="checkbox" checked')
        for path in LINKS
    }

    assert {path: count for path, count in asked.items() if count} == {
        "/verify-email": 1,
        "/sign-in": 2,
    }


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "seconds", "wait"),
    [
        ("en", 0, "15 minutes"),
        ("en", 14 * 60 + 30, "30 seconds"),
        ("fr", 0, "15 minutes"),
        ("fr", 14 * 60 + 30, "30 secondes"),
    ],
)
async def test_page_says_how_long_to_wait(
    app: FastAPI,
    ada: MemberClient,
    clock: MovableClock,
    tmp_path: Path,
    *,
    language: str,
    seconds: int,
    wait: str,
) -> None:
    token = "x" * 43
    for _ in range(20):
        await ada.client.post(
            "/v1/auth/verify-email", json={"token": token, "password": "anything"}
        )
    clock.advance(seconds=seconds)

    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.speak(language)
        await page.visit(f"{url}/verify-email#token={token}")
        await page.wait_until(FORM)
        await act(page)
        await page.wait_until(problem("rate-limited"))
        said = await page.run("document.querySelector('[data-problem=rate-limited]').innerText")
        focused = await page.run("document.activeElement.id")
        await page.run("document.getElementById('password').focus()")
        await page.send("Input.insertText", text="x")
        await page.wait_until(f"!({problem('rate-limited')})")

    assert said.replace("\N{NO-BREAK SPACE}", " ").endswith(f" {wait}.")
    assert focused == "failed"


@needs_chromium
@pytest.mark.slow
async def test_error_of_a_code_stands_beside_it(app: FastAPI, tmp_path: Path) -> None:
    async with serve_on_port(app) as url, open_browser(tmp_path / "browser") as page:
        allow_origin(app, url)
        await page.visit(f"{url}/sign-in")
        await page.wait_until(shown("ask"))
        await page.run("document.getElementById('email').value = 'bea@example.org'")
        await page.run(PRESS_IN.format("ask"))
        await page.wait_until(shown("type-code"))
        widths = await page.run(
            "[...document.querySelectorAll('#email, #code')]"
            ".map((field) => `${field.offsetWidth}x${field.offsetHeight}`)"
        )
        await page.run("document.getElementById('code').value = 'AAAA-BBBB'")
        await page.run(PRESS_IN.format("type-code"))
        await page.wait_until(wrong("code"))
        follows = await page.run("document.getElementById('code').nextElementSibling.id")

    assert widths[0] == widths[1]
    assert follows == "code-wrong"


OBJECTIONS = [
    getattr(module, name)
    for module in (password_rules, reserved, fields)
    for name in vars(module)
    if name.startswith(("IS_", "HAS_", "EMAIL_", "USERNAME_RULE"))
    or name in {"COMMON", "GUESSABLE", "UNREADABLE", "TOO_SHORT", "TOO_LONG"}
]


def test_each_rule_of_passwords_names_and_addresses_is_said_in_both_languages() -> None:
    assert len(OBJECTIONS) == 13
    for objection in OBJECTIONS:
        assert FIELD_MESSAGES[objection]["en"] != FIELD_MESSAGES[objection]["fr"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("password/reset", {"token": "x" * 43, "new_password": "short"}),
        ("password/reset", {"token": "x" * 43, "new_password": "long" * 100}),
        ("verify-email", {"token": "x" * 43, "password": "a", "username": "a"}),
        ("verify-email", {"token": "x" * 43, "password": "a", "username": "a" * 31}),
        ("verify-email", {"token": "x" * 43, "password": "a", "username": "ada lovelace"}),
        ("link", {"email": "ada@localhost"}),
        ("link", {"email": "=?utf-8?q?ada?=@example.org"}),
    ],
)
async def test_each_refusal_of_a_field_is_one_that_pages_say_in_both_languages(
    client: httpx.AsyncClient, path: str, body: dict[str, str]
) -> None:
    response = await client.post(f"/v1/auth/{path}", json=body)

    (error,) = response.json()["errors"]
    assert error["detail"] in FIELD_MESSAGES


def test_french_has_one_word_for_e_mail() -> None:
    texts = [
        path.read_text()
        for folder in ("api/pages", "mail/templates")
        for path in (SOURCE / folder).rglob("*")
        if path.suffix in {".html", ".js", ".py", ".txt"}
    ]

    assert len(texts) > 60
    assert not [text for text in texts if re.search("courriel|électronique|mél\\b", text)]
