"""The sitemap and robots.txt."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from dressform.api.content_types import with_charset
from dressform.api.dependencies import EditionRepositoryDep, SettingsDep

router = APIRouter(include_in_schema=False)

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
ET.register_namespace("", _SITEMAP)
ET.register_namespace("xhtml", _XHTML)


@router.get("/robots.txt")
async def show_robots(settings: SettingsDep) -> PlainTextResponse:
    return PlainTextResponse(
        f"User-agent: *\nAllow: /\n\nSitemap: {settings.public_url}/sitemap.xml\n"
    )


@router.get("/sitemap.xml")
async def show_sitemap(editions: EditionRepositoryDep, settings: SettingsDep) -> Response:
    """The start page is in English only; all others are in both languages."""
    root = ET.Element(f"{{{_SITEMAP}}}urlset")
    _add(root, f"{settings.public_url}/", languages=())
    _add(root, f"{settings.public_url}/privacy")
    _add(root, f"{settings.dataset_url}/dataset")
    for edition in await editions.list_all():
        day = edition.published_at.date().isoformat()
        _add(root, f"{settings.dataset_url}/dataset/{edition.name}", day=day)
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(content, media_type=with_charset("application/xml"))


def _add(
    root: ET.Element,
    address: str,
    *,
    day: str | None = None,
    languages: tuple[str, ...] = ("en", "fr"),
) -> None:
    """Add a page once in each language, each with the addresses of all of them."""
    addresses = dict(_addresses(address, languages))
    for language in languages or ("en",):
        page = ET.SubElement(root, f"{{{_SITEMAP}}}url")
        ET.SubElement(page, f"{{{_SITEMAP}}}loc").text = addresses.get(language, address)
        if day is not None:
            ET.SubElement(page, f"{{{_SITEMAP}}}lastmod").text = day
        for other, href in addresses.items():
            link = {"rel": "alternate", "hreflang": other, "href": href}
            ET.SubElement(page, f"{{{_XHTML}}}link", link)


def _addresses(address: str, languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for language in languages:
        yield language, address if language == "en" else f"{address}?language={language}"
    if languages:
        yield "x-default", address
