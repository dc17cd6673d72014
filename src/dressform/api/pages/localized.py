"""Pages in the reader's language, without scripts."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse

from dressform.api.pages.assets import render_page
from dressform.api.schemas.fields import Language

_FRENCH = str.maketrans({",": "\N{NARROW NO-BREAK SPACE}", ".": ","})

LanguageParam = Annotated[Language | None, Query()]


async def _language(request: Request, language: LanguageParam = None) -> Language:
    """Return the language of the query, else that of Accept-Language, which is French or English."""
    preferred = request.headers.get("accept-language", "")
    return language or ("fr" if preferred.lower().startswith("fr") else "en")


PageLanguage = Annotated[Language, Depends(_language)]


def render_localized(
    template: str, language: Language, *, address: str, **values: Any
) -> HTMLResponse:
    """Render a template with `say(english, french)` and `number(value)`.

    `address`: the page's canonical one, without a language.
    """
    return render_page(
        template,
        language=language,
        address=address,
        say=lambda en, fr: fr if language == "fr" else en,
        number=lambda value: _number(value, language),
        **values,
    )


def _number(value: float, language: Language) -> str:
    text = f"{value:,}" if isinstance(value, int) else f"{value:.9f}".rstrip("0")
    return text.translate(_FRENCH) if language == "fr" else text
