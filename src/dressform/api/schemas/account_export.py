from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from dressform.actions.export_account import AccountData
from dressform.api.schemas.base import ResponseModel
from dressform.api.schemas.consents import ConsentRead
from dressform.api.schemas.models import ModelRead
from dressform.api.schemas.profiles import OwnProfileRead
from dressform.api.schemas.session_name import SessionNameStr
from dressform.repositories.idempotent_requests import MAX_REQUESTS

Base64 = Annotated[
    str, Field(max_length=10_000_000, description="A WebP image in base64.", examples=["UklGRg=="])
]


class ExportedModel(ModelRead):
    """A model with its avatar."""

    avatar_webp: Base64 | None


class ExportedSession(ResponseModel):
    """A session."""

    name: Annotated[SessionNameStr | None, Field(description="The name that you gave it, or null.")]
    signed_in_on: Annotated[date, Field(description="The day (UTC) of the login.")]
    renewed_on: Annotated[date, Field(description="The day (UTC) of the last refresh.")]
    expires_at: Annotated[datetime, Field(description="The time at which the session ends.")]


class ExportedConsent(ConsentRead):
    """The state of a consent, with the number of counts."""

    times_counted: Annotated[
        int,
        Field(
            ge=0,
            le=1000,
            description="The number of counts that included you.",
            examples=[1],
            json_schema_extra={"format": "int32"},
        ),
    ]


class ExportedRequest(ResponseModel):
    """A request with an Idempotency-Key."""

    made_at: Annotated[datetime, Field(description="The hour (UTC) of the request.")]
    models: Annotated[
        list[UUID], Field(max_length=100, description="The ids of the models that it added.")
    ]


class AccountExport(ResponseModel):
    """All data that are stored about you. IP addresses are not included: they cannot be linked
    to an account.
    """

    profile: OwnProfileRead
    picture_webp: Base64 | None
    models: Annotated[
        list[ExportedModel], Field(max_length=100, description="All models, with their avatars.")
    ]
    sessions: Annotated[
        list[ExportedSession],
        Field(max_length=10000, description="All sessions that have not ended."),
    ]
    email_undeliverable_since: Annotated[
        date | None, Field(description="The day on which a mail to your address came back.")
    ]
    operator: Annotated[bool, Field(description="Whether you are an operator.", examples=[False])]
    consents: Annotated[
        list[ExportedConsent],
        Field(max_length=10, description="All consents, also withdrawn ones."),
    ]
    repeated_requests: Annotated[
        list[ExportedRequest],
        Field(
            max_length=MAX_REQUESTS,
            description="The requests of the last day that may be repeated safely.",
        ),
    ]


async def stream_export(everything: AccountData) -> AsyncIterator[bytes]:
    """Yield an AccountExport as JSON, with one image in memory at a time."""
    bare = _without_models(everything)
    yield bare.model_dump_json(include={"profile"}).encode()[:-1]
    yield b',"picture_webp":%b' % _quote(await everything.read_picture())
    yield b',"models":['
    for number, model in enumerate(everything.models):
        avatar = await everything.read_avatar(model.id)
        data = ModelRead.from_domain(model).to_json()
        yield b'%b%b,"avatar_webp":%b}' % (b"," if number else b"", data[:-1], _quote(avatar))
    rest = bare.model_dump_json(
        include={
            "sessions",
            "email_undeliverable_since",
            "operator",
            "consents",
            "repeated_requests",
        }
    ).encode()
    yield b"],%b" % rest[1:]


def _quote(webp: str | None) -> bytes:
    return b"null" if webp is None else b'"%b"' % webp.encode()


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _without_models(everything: AccountData) -> AccountExport:
    return AccountExport(
        profile=OwnProfileRead.of_owner(everything.profile, everything.account),
        picture_webp=None,
        models=[],
        sessions=[
            ExportedSession(
                name=session.name,
                signed_in_on=session.signed_in_on,
                renewed_on=session.renewed_on,
                expires_at=session.expires_at,
            )
            for session in everything.sessions
        ],
        email_undeliverable_since=_day(everything.account.mail_refused_since),
        operator=everything.operator,
        consents=[ExportedConsent.from_domain(everything.consent)] if everything.consent else [],
        repeated_requests=[
            ExportedRequest(
                made_at=request.created_at, models=[each for each in request.models if each]
            )
            for request in everything.repeated_requests
        ],
    )
