from typing import Annotated

from fastapi import APIRouter, Query

from dressform.actions.give_consent import give_consent
from dressform.actions.withdraw_consent import withdraw_consent
from dressform.api.dependencies import (
    AuthenticatedQueryDep,
    ConsentRepositoryDep,
    CurrentMemberOrRestricted,
    UnitOfWorkDep,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.consent_update import ConsentUpdate
from dressform.api.schemas.consents import ConsentRead, ConsentsRead, ConsentWithText
from dressform.api.schemas.fields import Language
from dressform.errors import ConsentTextChanged, TooManyConsents
from dressform.opendata.consent import CURRENT
from dressform.repositories.credentials import MEMBER_AND_ACCOUNT, decrypt_credentials

router = APIRouter(prefix="/v1/privacy/consents", tags=["privacy"])

TextLanguage = Annotated[
    Language | None, Query(description="The language of the texts; by default that of your mails.")
]


@router.get("", response_description="Your consents, each with its current text.")
async def list_consents(
    query: AuthenticatedQueryDep, consents: ConsentRepositoryDep, language: TextLanguage = None
) -> ConsentsRead:
    """List your consents

    Processing that needs your consent takes place only after you give it. There is one such
    purpose so far: adding one of your models to the open dataset.
    """
    me, row = await query.fetch_allow_restricted(MEMBER_AND_ACCOUNT)
    text = CURRENT[language or decrypt_credentials(row, me).language]
    return ConsentsRead(items=[ConsentWithText.from_consent(await consents.get(me), text)])


@router.put(
    "/open-dataset",
    response_description="The consent is updated.",
    responses=problem_responses(ConsentTextChanged, TooManyConsents),
)
async def set_open_dataset_consent(
    payload: ConsentUpdate,
    me: CurrentMemberOrRestricted,
    uow: UnitOfWorkDep,
) -> ConsentRead:
    """Give or withdraw consent to the open dataset

    To give consent, send the version of the text that you were shown; giving it again only
    changes the model. To withdraw it, `{"granted": false}` is enough. Each change is added to
    your `history`, and a mail confirms it, at most five times an hour. While your account is
    restricted you can withdraw consent but not give it.
    """
    if not payload.granted:
        return ConsentRead.from_domain(await withdraw_consent(uow, me))
    return ConsentRead.from_domain(await give_consent(uow, me, **payload.to_action()))
