"""The open dataset for human readers."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from dressform.routers.dataset_files import SVG
from dressform.routers.dependencies import Editions, InUnit
from dressform.routers.spoken import Spoken, spoken_page
from dressform.schemas.dataset import DatasetRead
from dressform.schemas.editions import EditionName, EditionRead
from dressform.schemas.guarantee import MOST_OF_ONE, PEOPLE_OF_A_FLAG

router = APIRouter(include_in_schema=False)


@router.get("/dataset")
async def show_dataset(editions: Editions, unit: InUnit, language: Spoken) -> HTMLResponse:
    dataset = DatasetRead.of(
        await editions.all(),
        sufficed=await editions.last_count_sufficed(),
        at=unit.at,
        language=language,
    )
    return spoken_page(
        "dataset.html",
        language,
        dataset=dataset,
        most_of_one=MOST_OF_ONE,
        people_of_a_flag=PEOPLE_OF_A_FLAG,
    )


@router.get("/dataset/{edition}")
async def show_edition(
    edition: Annotated[EditionName, Path()], editions: Editions, unit: InUnit, language: Spoken
) -> HTMLResponse:
    found, files = await editions.of(edition), await editions.files(edition)
    return spoken_page(
        "edition.html",
        language,
        root="../",
        edition=EditionRead.with_files(found, files),
        dataset=DatasetRead.of([found], sufficed=True, at=unit.at, language=language),
        picture_type=SVG,
    )
