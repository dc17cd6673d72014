"""The language of the reader of an answer: the one place where it is chosen."""

from typing import Annotated

from fastapi import Depends, Query, Request

from dressform.texts.languages import Language, choose_language

LanguageParam = Annotated[
    Language | None,
    Query(description="The language of the texts; that of `Accept-Language` if left out."),
]


def get_reader_language(request: Request, language: Language | None = None) -> Language:
    """Return a language that the request names, else that of Accept-Language, else English."""
    accepted = request.headers.get("accept-language", "")
    return language or choose_language(accepted) or Language.EN


async def _choose(request: Request, language: LanguageParam = None) -> Language:
    return get_reader_language(request, language)


ReaderLanguage = Annotated[Language, Depends(_choose)]
"""The reader's language, and the query parameter `language`."""
