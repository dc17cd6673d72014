"""Each kind of mail in each language: a text and an HTML part that say the same."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dressform import mail
from dressform.mail.compose import MailRenderer
from tests.helpers.received_mail import ReceivedMail, read_mail

TEMPLATES = Path(mail.__file__).parent / "templates"
KINDS = sorted(path.stem for path in (TEMPLATES / "en").glob("*.txt"))
SITE = "https://sewing.example"
LINK = f"{SITE}/reset-password#token={'A' * 43}"
VALUES = {
    "ends_at": "2027-03-01 00:00 UTC",
    "until": "2027-03-31 00:00 UTC",
    "link": LINK,
    "code": "7K3M-9QXD",
}


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


def render(kind: str, language: str, *, site_name: str = "Sewing Example") -> ReceivedMail:
    renderer = MailRenderer(
        sender="Post <post@sewing.example>",
        frontend_url=SITE,
        site_name=site_name,
        clock=lambda: datetime(2026, 3, 1, tzinfo=UTC),
    )
    message: EmailMessage = renderer.render(
        kind, "a" * 48, to="ada@example.org", language=language, **VALUES
    )
    return read_mail(message.as_bytes())


class Page(HTMLParser):
    """The words, links and other elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._in_body = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in_body |= tag == "body"
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        if self._in_body:
            self.words += data.split()


def test_each_kind_is_there_in_both_languages() -> None:
    assert sorted(path.stem for path in (TEMPLATES / "fr").glob("*.txt")) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_say_the_same(kind: str, language: str) -> None:
    message = render(kind, language)

    text, page = message.get_content(), Page(message.page)
    assert page.words == message["Subject"].split() + text.replace("\n-- \n", "\n").split()
    assert f'<html lang="{language}">' in message.page
    assert message["Content-Language"] == language
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_the_name_of_the_site_a_reason_and_a_way_on(kind: str, language: str) -> None:
    text = render(kind, language).get_content()
    body, _, footer = text.partition("\n-- \n")

    assert "Sewing Example" in body
    assert SITE in footer
    assert {"en": "for the reason given above", "fr": "pour la raison indiquée"}[language] in footer
    # What to do, or that nothing is to be done.
    ways = r"If it was not you|To keep it|sign in|Si ce n'|Pour le garder|connectez-vous|connecter"
    assert re.search(ways, body)


@pytest.mark.parametrize("kind", KINDS)
def test_page_loads_nothing_and_links_to_the_site_alone(kind: str, language: str) -> None:
    page = Page(render(kind, language).page)

    assert page.tags <= {"html", "head", "meta", "title", "body", "h1", "p", "a", "hr", "div"}
    assert page.attributes <= {"lang", "charset", "name", "content", "style", "href"}
    assert set(page.links) <= {SITE, LINK}
    assert SITE in page.links


@pytest.mark.parametrize("kind", KINDS)
def test_link_stands_on_a_line_of_its_own(kind: str, language: str) -> None:
    message = render(kind, language)

    lines = message.as_bytes().decode().splitlines()
    assert [line for line in lines if LINK in line and "<" not in line] in ([], [LINK])
    assert all(len(line) < 998 for line in lines)


def test_name_of_the_site_is_escaped_in_the_page_alone() -> None:
    message = render("reset_password", "en", site_name="Ada & <b>Co</b>")

    assert "at Ada & <b>Co</b>." in message.get_content()
    assert "Ada &amp; &lt;b&gt;Co&lt;/b&gt;" in message.page
    assert "<b>" not in message.page


def test_address_in_a_value_becomes_no_link() -> None:
    renderer = MailRenderer(
        sender="post@sewing.example",
        frontend_url=SITE,
        site_name="S",
        clock=lambda: datetime(2026, 3, 1, tzinfo=UTC),
    )

    message = renderer.render(
        "ending", "a" * 48, to="a@example.org", language="en", ends_at=f"{SITE}.evil.example/x"
    )

    page = Page(read_mail(message.as_bytes()).page)
    assert set(page.links) == {SITE}
