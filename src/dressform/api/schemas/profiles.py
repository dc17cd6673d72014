from datetime import date, datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import BeforeValidator, Field

from dressform.api.schemas.base import MergePatchModel, ResponseModel
from dressform.api.schemas.fields import (
    USERNAME_PATTERN,
    USERNAME_RULE,
    Bio,
    ClearIfBlank,
    EmailStr,
    Language,
    LengthUnit,
    Username,
    UsernameStr,
    match_pattern,
)
from dressform.api.schemas.limits import limit_fields
from dressform.api.schemas.social_accounts import Network, SocialAccount
from dressform.policy.account_data import PROFILE
from dressform.repositories.credentials import Credentials
from dressform.repositories.profiles import MAX_SOCIAL_ACCOUNTS, PublicProfile

BioRead = Annotated[
    str, Field(max_length=2000, description="A plain text.", examples=["I sew my own coats."])
]
SocialAccountsRead = Annotated[
    dict[str, Annotated[str, Field(max_length=200)]],
    Field(
        max_length=MAX_SOCIAL_ACCOUNTS,
        description="A name or a web address for each network.",
        examples=[{"mastodon": "@ada@sewing.example"}],
    ),
]
SocialAccountChanges = Annotated[
    dict[Network, Annotated[SocialAccount | None, ClearIfBlank]],
    Field(
        max_length=2 * MAX_SOCIAL_ACCOUNTS,
        json_schema_extra={"additionalProperties": False},
    ),
    BeforeValidator(limit_fields),
]
UsernamePath = Annotated[
    str,
    Path(
        min_length=3,
        max_length=30,
        description="A member's username; not case-sensitive.",
        examples=["ada.l"],
        json_schema_extra={"pattern": USERNAME_PATTERN},
    ),
    match_pattern(USERNAME_PATTERN, USERNAME_RULE),
]
PictureLink = Annotated[
    str,
    Field(
        max_length=200,
        description="The address of the picture.",
        examples=["/v1/profiles/ada.l/picture"],
    ),
]


class ProfileRead(ResponseModel):
    """A profile as other members see it."""

    username: UsernameStr
    bio: BioRead | None
    social_accounts: SocialAccountsRead
    picture: PictureLink | None

    @classmethod
    def from_domain(cls, profile: PublicProfile) -> Self:
        return cls(**_public_fields(profile))


class OwnProfileRead(ProfileRead):
    """Your own profile."""

    email: EmailStr
    email_undeliverable: Annotated[
        bool,
        Field(
            description="Whether mails to your address came back or were refused. Then change the "
            "address, or ask the provider of the mailbox: warnings and links can't reach you.",
            examples=[False],
        ),
    ]
    language: Annotated[Language, Field(description="The language of the mails that you receive.")]
    unit: Annotated[LengthUnit, Field(description="The unit in which you prefer to read lengths.")]
    member_since: Annotated[
        date, Field(description="The first day of the month in which the account was created.")
    ]
    last_login_on: Annotated[
        date, Field(description="The day (UTC) of the last login; a refresh does not count.")
    ]
    expires_at: Annotated[
        datetime,
        Field(
            description="The time at which the account ends unless you log in before: "
            f"{PROFILE.period.format('en')} after the "
            "last login, or later while processing is restricted."
        ),
    ]
    restricted: Annotated[
        bool, Field(description="Whether processing is restricted.", examples=[False])
    ]

    @classmethod
    def of_owner(cls, profile: PublicProfile, account: Credentials) -> Self:
        return cls(
            **_public_fields(profile) | {"picture": _own_link(profile)},
            email=account.email,
            email_undeliverable=account.mail_refused_since is not None,
            language=account.language,
            unit=account.unit,
            member_since=account.created_at.date(),
            last_login_on=account.last_login_at.date(),
            expires_at=account.expires_at,
            restricted=account.restricted_at is not None,
        )


class ProfileUpdate(MergePatchModel):
    """A JSON Merge Patch of your profile: absent fields stay; null or an empty text removes an
    optional one.
    """

    username: Username = ""
    language: Annotated[
        Language, Field(description="The language of the mails that you receive.")
    ] = "en"
    unit: Annotated[
        LengthUnit, Field(description="The unit in which you prefer to read lengths.")
    ] = "cm"
    bio: Annotated[Bio | None, ClearIfBlank] = None
    social_accounts: Annotated[
        SocialAccountChanges | None,
        Field(
            description="The accounts to change by network; null or an empty text removes one.",
            examples=[{"mastodon": "@ada@sewing.example", "reddit": None}],
        ),
    ] = None


def _public_fields(profile: PublicProfile) -> dict[str, object]:
    return {
        "username": profile.username,
        "bio": profile.bio,
        "social_accounts": profile.social_accounts,
        "picture": f"/v1/profiles/{profile.username}/picture" if profile.has_picture else None,
    }


def _own_link(profile: PublicProfile) -> str | None:
    return "/v1/profiles/me/picture" if profile.has_picture else None
