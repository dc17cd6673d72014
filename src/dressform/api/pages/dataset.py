"""The pages of the open dataset."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from dressform.api.dependencies import EditionRepositoryDep, SettingsDep, UnitOfWorkDep
from dressform.api.file_responses import SVG
from dressform.api.pages.localized import PageLanguage, render_localized
from dressform.api.schemas.dataset import DatasetRead
from dressform.api.schemas.dp_guarantee import MOST_OF_ONE, PEOPLE_OF_A_FLAG
from dressform.api.schemas.edition_tables import Table, read_tables
from dressform.api.schemas.edition_words import describe_file
from dressform.api.schemas.editions import EditionName, EditionRead
from dressform.api.schemas.fields import Language
from dressform.api.schemas.structured_data import Site, describe_dataset, describe_edition
from dressform.repositories.editions import Editions as EditionRepository
from dressform.repositories.editions import StoredFile

router = APIRouter(include_in_schema=False)

_PACKAGE = "datapackage.json"


@router.get("/dataset")
async def show_dataset(
    editions: EditionRepositoryDep,
    uow: UnitOfWorkDep,
    language: PageLanguage,
    settings: SettingsDep,
) -> HTMLResponse:
    dataset = DatasetRead.from_domain(
        await editions.list_all(),
        sufficed=await editions.was_last_count_sufficient(),
        at=uow.now,
        language=language,
    )
    site = _site(settings)
    return render_localized(
        "dataset.html",
        language,
        address=f"{site.url}/dataset",
        metadata=describe_dataset(dataset.editions, site, language),
        site=site,
        dataset=dataset,
        most_of_one=MOST_OF_ONE,
        people_of_a_flag=PEOPLE_OF_A_FLAG,
    )


@router.get("/dataset/{edition}")
async def show_edition(
    edition: Annotated[EditionName, Path()],
    editions: EditionRepositoryDep,
    uow: UnitOfWorkDep,
    language: PageLanguage,
    settings: SettingsDep,
) -> HTMLResponse:
    found, files = await editions.get(edition), await editions.list_files(edition)
    tables = await _read_tables(editions, files, language)
    site, whole = _site(settings), EditionRead.with_files(found, files)
    return render_localized(
        "edition.html",
        language,
        root="../",
        address=site.url + whole.page,
        metadata=describe_edition(whole, tables, site, language),
        site=site,
        edition=whole,
        tables=tables,
        has_errors=any(table.has_errors for table in tables),
        dataset=DatasetRead.from_domain([found], sufficed=True, at=uow.now, language=language),
        picture_type=SVG,
        describe=lambda file: describe_file(file, language),
    )


def _site(settings: SettingsDep) -> Site:
    return Site(settings.dataset_publisher, settings.dataset_url, settings.contact)


async def _read_tables(
    editions: EditionRepository, files: list[StoredFile], language: Language
) -> list[Table]:
    """Return what the edition's own data package says of its tables."""
    for file in files:
        if file.name == _PACKAGE:
            return read_tables(await editions.read_part(file, 0, file.size), language)
    return []
