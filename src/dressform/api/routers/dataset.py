from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from dressform.api.dependencies import EditionRepositoryDep, UnitOfWorkDep, UnitOfWorkFactoryDep
from dressform.api.file_responses import (
    GET_RESPONSES,
    HEAD_RESPONSES,
    IF_RANGE,
    PUBLIC_HEADERS,
    RANGE,
    file_response,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.dataset import DatasetRead
from dressform.api.schemas.editions import EditionName, EditionRead, FileName
from dressform.api.schemas.fields import Language
from dressform.errors import NotFound, RangeNotSatisfiable

router = APIRouter(prefix="/v1/dataset", tags=["dataset"])

TextLanguage = Annotated[Language, Query(description="The language of the texts.")]
NameOfEdition = Annotated[EditionName, Path(description="The name of the edition.")]
NameOfFile = Annotated[FileName, Path(description="The name of the file.")]


@router.get("", response_description="The dataset.")
async def read_dataset(
    response: Response,
    editions: EditionRepositoryDep,
    uow: UnitOfWorkDep,
    language: TextLanguage = "en",
) -> DatasetRead:
    """Read about the open dataset

    The response describes the dataset, its privacy guarantee and its editions. No account is
    needed, and every web page may load it.
    """
    response.headers.update(PUBLIC_HEADERS | {"Cache-Control": "public, max-age=300"})
    return DatasetRead.from_domain(
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
    edition: NameOfEdition, response: Response, editions: EditionRepositoryDep
) -> EditionRead:
    """Read an edition

    The response lists the files of the edition, which never change.
    """
    found = EditionRead.with_files(await editions.get(edition), await editions.list_files(edition))
    response.headers.update(PUBLIC_HEADERS | {"Cache-Control": "public, max-age=3600"})
    return found


async def read_edition_file(
    request: Request, edition: NameOfEdition, file: NameOfFile, uows: UnitOfWorkFactoryDep
) -> Response:
    """Download a file of an edition

    The response is the whole file or a part of it (`Range`: one range of bytes; for several
    ranges the whole file is sent). It may be cached for ever; `Repr-Digest` and `ETag` are its
    SHA-256.
    """
    return await file_response(request, uows, edition, file)


_ADDRESS = "/editions/{edition}/files/{file}"

router.add_api_route(
    _ADDRESS,
    read_edition_file,
    response_class=Response,
    responses=GET_RESPONSES | problem_responses(NotFound, RangeNotSatisfiable),
    openapi_extra={"parameters": [RANGE, IF_RANGE]},
)
# Programs that download in parts ask for the length first. No other address takes HEAD.
router.add_api_route(
    _ADDRESS,
    read_edition_file,
    methods=["HEAD"],
    name="head_edition_file",
    description="Read the headers of a file of an edition\n\nThe response has the headers of a download, without the content.",
    response_class=Response,
    responses=HEAD_RESPONSES | problem_responses(NotFound),
)
