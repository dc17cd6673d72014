"""The open dataset for human readers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse

from dressform.routers.assets import page
from dressform.routers.dataset_files import SVG
from dressform.routers.dependencies import Editions, InUnit
from dressform.schemas.dataset import DatasetRead
from dressform.schemas.editions import EditionName, EditionRead
from dressform.schemas.fields import Language
from dressform.schemas.guarantee import EXPECTED_ERRORS, MOST_OF_ONE

router = APIRouter(include_in_schema=False)

_FRENCH = str.maketrans({",": "\N{NARROW NO-BREAK SPACE}", ".": ","})

Asked = Annotated[Language | None, Query()]


async def _language(request: Request, language: Asked = None) -> Language:
    """The one asked for, else French for who prefers it: as the other pages, but without scripts."""
    preferred = request.headers.get("accept-language", "")
    return language or ("fr" if preferred.lower().startswith("fr") else "en")


Spoken = Annotated[Language, Depends(_language)]


@router.get("/dataset")
async def show_dataset(editions: Editions, unit: InUnit, language: Spoken) -> HTMLResponse:
    dataset = DatasetRead.of(
        await editions.all(),
        sufficed=await editions.last_count_sufficed(),
        at=unit.at,
        language=language,
    )
    return _page("dataset.html", language, dataset=dataset, most_of_one=MOST_OF_ONE)


@router.get("/dataset/{edition}")
async def show_edition(
    edition: Annotated[EditionName, Path()], editions: Editions, unit: InUnit, language: Spoken
) -> HTMLResponse:
    found, files = await editions.of(edition), await editions.files(edition)
    return _page(
        "edition.html",
        language,
        root="../",
        edition=EditionRead.with_files(found, files),
        dataset=DatasetRead.of([found], sufficed=True, at=unit.at, language=language),
        picture_type=SVG,
        expected_errors=EXPECTED_ERRORS,
    )


def _page(template: str, language: Language, **values: Any) -> HTMLResponse:
    return page(
        template,
        language=language,
        say=lambda en, fr: fr if language == "fr" else en,
        number=lambda value: _number(value, language),
        **values,
    )


def _number(value: float, language: Language) -> str:
    text = f"{value:,}" if isinstance(value, int) else f"{value:.9f}".rstrip("0")
    return text.translate(_FRENCH) if language == "fr" else text
