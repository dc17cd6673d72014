from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from dressform.api.dependencies import Editions, UnitOfWorkDep, UnitOfWorkFactoryDep
from dressform.api.file_responses import (
    FILE_ANSWERS,
    FILE_ASKED,
    IF_RANGE,
    OPEN,
    RANGE,
    file_answer,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.dataset import DatasetRead
from dressform.api.schemas.editions import EditionName, EditionRead, FileName
from dressform.api.schemas.fields import Language
from dressform.errors import NotFound, RangeNotSatisfiable

router = APIRouter(prefix="/v1/dataset", tags=["dataset"])

TextLanguage = Annotated[Language, Query(description="Of the texts.")]
NameOfEdition = Annotated[EditionName, Path(description="The edition's name.")]
NameOfFile = Annotated[FileName, Path(description="The file's name.")]


@router.get("", response_description="What there is.")
async def read_dataset(
    response: Response, editions: Editions, uow: UnitOfWorkDep, language: TextLanguage = "en"
) -> DatasetRead:
    """The open dataset

    What it is, what is promised to whoever gives to it, and the editions. It is open to all: no
    account is needed, and any page may load it.
    """
    response.headers.update(OPEN | {"Cache-Control": "public, max-age=300"})
    return DatasetRead.of(
        await editions.list_all(),
        sufficed=await editions.was_last_count_sufficient(),
        at=uow.now,
        language=language,
    )


@router.get(
    "/editions/{edition}",
    response_description="The edition.",
    responses=problem_responses(NotFound),
)
async def read_edition(
    edition: NameOfEdition, response: Response, editions: Editions
) -> EditionRead:
    """An edition

    With its files, none of which ever changes.
    """
    found = EditionRead.with_files(await editions.get(edition), await editions.list_files(edition))
    response.headers.update(OPEN | {"Cache-Control": "public, max-age=3600"})
    return found


async def read_edition_file(
    request: Request, edition: NameOfEdition, file: NameOfFile, units: UnitOfWorkFactoryDep
) -> Response:
    """Download a file

    All of it or a part (`Range`: one range of bytes; of several, all is sent). It may be kept for
    ever; `Repr-Digest` and `ETag` are its SHA-256.
    """
    return await file_answer(request, units, edition, file)


_ADDRESS = "/editions/{edition}/files/{file}"

router.add_api_route(
    _ADDRESS,
    read_edition_file,
    response_class=Response,
    responses=FILE_ANSWERS | problem_responses(NotFound, RangeNotSatisfiable),
    openapi_extra={"parameters": [RANGE, IF_RANGE]},
)
# Programs that download in parts ask for the length first. No other address takes HEAD.
router.add_api_route(
    _ADDRESS,
    read_edition_file,
    methods=["HEAD"],
    name="head_edition_file",
    description="Ask about a file\n\nWhat a download would say of it, without the content.",
    response_class=Response,
    responses=FILE_ASKED | problem_responses(NotFound),
)
