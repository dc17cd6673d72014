import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response, status

from dressform.actions.record_bounce import record_bounce
from dressform.api.body_signature import check_body_signature, parse_body_signature
from dressform.api.dependencies import SettingsDep, UnitOfWorkFactoryDep
from dressform.api.problem_responses import problem_responses
from dressform.errors import SignatureRefused, TooLarge
from dressform.mail.bounce_reports import parse_report

router = APIRouter(prefix="/v1/mail", tags=["operations"])

_REPORT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The whole message, at most 1 MiB.",
        "content": {
            "message/rfc822": {
                "schema": {"type": "string", "format": "binary"},
                "example": "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            }
        },
    }
}
Signature = Annotated[
    str | None,
    Header(
        max_length=200,
        description="`t=` and the time in seconds since 1970, a comma, `v1=` and the HMAC-SHA-256 in "
        "hexadecimal of that time, a full stop and the body, under the secret of the settings.",
        examples=[f"t=1798761600,v1={'0' * 64}"],
    ),
]


@router.post(
    "/bounces",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The report was read. Whether it is about a mail of ours is not told.",
    responses=problem_responses(SignatureRefused, TooLarge),
    openapi_extra=_REPORT_BODY,
)
async def report_bounce(
    request: Request,
    settings: SettingsDep,
    uows: UnitOfWorkFactoryDep,
    dressform_signature: Signature = None,
) -> None:
    """Report a mail that came back

    For the mail server of the site, which sends reports of failed mails (RFC 3464) as they are. Each
    request is signed, and a signature is valid for 5 minutes.
    """
    signature = parse_body_signature(dressform_signature, settings.bounce_secret, at=uows.clock())
    # Only now: a stranger's body is not read.
    body = await request.body()
    check_body_signature(signature, body)
    report = await asyncio.to_thread(parse_report, body)
    async with uows.transaction() as uow:
        await record_bounce(uow, report)
