"""HTML pages as their readers see them."""

import re
from html.parser import HTMLParser

import httpx


class PageText(HTMLParser):
    """The texts of a page outside of code and of table bodies, its alternative texts and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.alts: list[str | None] = []
        self.language: str | None = None
        self.links: dict[tuple[str, str], str] = {}
        self._code = 0
        self._rows = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._code += tag in ("code", "script")
        self._rows += tag == "tbody"
        if tag == "html":
            self.language = values["lang"]
        if tag == "link" and values["rel"] in ("canonical", "alternate"):
            self.links[str(values["rel"]), values.get("hreflang") or ""] = str(values["href"])
        if tag == "img":
            self.alts.append(values["alt"])

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in ("code", "script")
        self._rows -= tag == "tbody"

    def handle_data(self, data: str) -> None:
        if not self._code and not self._rows and re.search(r"[^\W\d_]{3}", data):
            self.texts.append(data.strip())


async def fetch_page(client: httpx.AsyncClient, path: str, **headers: str) -> PageText:
    """Return the page at a path, which must be there."""
    response = await client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    return PageText(response.text)
