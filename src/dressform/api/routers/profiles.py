from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from dressform.actions.change_profile import change_profile
from dressform.actions.save_picture import save_picture
from dressform.api.authentication import AuthenticatedQuery
from dressform.api.conditional import reply
from dressform.api.dependencies import (
    AuthenticatedQueryDep,
    CurrentMember,
    CurrentMemberOrRestricted,
    ImageProcessorDep,
    OnePicture,
    PasswordHasherDep,
    PictureRepositoryDep,
    ProfileRepositoryDep,
    UnitOfWorkFactoryDep,
)
from dressform.api.entity_tags import (
    EntityTag,
    changed_with_tag,
    check_if_match,
    compute_profile_state,
    create_profile_tag,
    create_public_tag,
    read_with_tag,
)
from dressform.api.image_responses import (
    IMAGE_BODY,
    IMAGE_RESPONSES,
    IMAGE_STORED,
    WebP,
    image_response,
    read_image,
    stored_response,
)
from dressform.api.problem_responses import problem_responses
from dressform.api.schemas.profiles import OwnProfileRead, ProfileRead, ProfileUpdate, UsernamePath
from dressform.errors import (
    NotFound,
    PreconditionFailed,
    TooLarge,
    UnsupportedPicture,
    UsernameTaken,
)
from dressform.repositories.credentials import Credentials
from dressform.repositories.pictures import MEMBER_AND_PICTURE, decrypt_picture
from dressform.repositories.profiles import MEMBER_AND_PROFILE, PublicProfile, decrypt_own_profile

router = APIRouter(prefix="/v1/profiles", tags=["profiles"])

ImageBody = Annotated[bytes, Depends(read_image)]


@router.get("/me", response_model=OwnProfileRead, responses=read_with_tag("Your profile."))
async def read_own_profile(request: Request, query: AuthenticatedQueryDep) -> Response:
    """Read your own profile

    The response also has what only you see: e-mail address, language, last login, and when the
    account ends without another one.
    """
    return reply(request, await _read_own(query))


async def _read_own(query: AuthenticatedQuery) -> Response:
    me, row = await query.fetch_allow_restricted(MEMBER_AND_PROFILE)
    profile = OwnProfileRead.of_owner(*decrypt_own_profile(row, me))
    content = profile.model_dump_json().encode()
    return _make_answer(content, create_profile_tag(me.key, profile, content))


def _make_answer(content: bytes, tag: EntityTag) -> Response:
    return Response(content, media_type="application/json", headers={"ETag": str(tag)})


@router.patch(
    "/me",
    response_model=OwnProfileRead,
    responses=changed_with_tag("Your profile is changed.")
    | problem_responses(UsernameTaken, PreconditionFailed),
)
async def change_own_profile(
    payload: ProfileUpdate,
    query: AuthenticatedQueryDep,
    me: CurrentMemberOrRestricted,
    uows: UnitOfWorkFactoryDep,
    *,
    hasher: PasswordHasherDep,
    request: Request,
) -> Response:
    """Change your own profile

    The body is a JSON Merge Patch (RFC 7396): absent fields stay as they are; null or an empty
    text removes an optional one. With `If-Match`, the ETag that was read, the change is made only
    if nothing was changed since.
    """

    def check(profile: PublicProfile, account: Credentials) -> None:
        stored = OwnProfileRead.of_owner(profile, account)
        check_if_match(request, compute_profile_state(me.key, stored))

    async with uows.transaction() as uow:
        changes = payload.model_dump(exclude_unset=True)
        await change_profile(
            uow,
            me,
            changes,
            site_words=hasher.rules.site_words,
            check=check if "if-match" in request.headers else None,
        )
        # Read before the commit: a failure after it would say that nothing was changed.
        return await _read_own(replace(query, uow=uow))


@router.get(
    "/me/picture",
    response_class=WebP,
    responses=IMAGE_RESPONSES | problem_responses(NotFound),
)
async def read_own_picture(request: Request, query: AuthenticatedQueryDep) -> Response:
    """Download your picture"""
    me, row = await query.fetch_allow_restricted(MEMBER_AND_PICTURE)
    return image_response(request, decrypt_picture(row, me))


@router.put(
    "/me/picture",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=IMAGE_STORED | problem_responses(TooLarge, UnsupportedPicture),
    openapi_extra=IMAGE_BODY,
    dependencies=[OnePicture],
)
async def put_own_picture(
    me: CurrentMemberOrRestricted,
    data: ImageBody,
    uows: UnitOfWorkFactoryDep,
    images: ImageProcessorDep,
) -> Response:
    """Set your picture

    The picture is rotated upright, stripped of all metadata and stored as WebP of at most 1024
    by 1024 pixels.
    """
    return stored_response(await save_picture(uows, images, me, data))


@router.delete(
    "/me/picture",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    response_description="The picture is deleted.",
    responses=problem_responses(NotFound),
)
async def delete_own_picture(me: CurrentMemberOrRestricted, pictures: PictureRepositoryDep) -> None:
    """Delete your picture"""
    await pictures.remove(me)


@router.get(
    "/{username}",
    response_model=ProfileRead,
    responses=read_with_tag("The profile.") | problem_responses(NotFound),
)
async def read_profile(
    request: Request, username: UsernamePath, _: CurrentMember, profiles: ProfileRepositoryDep
) -> Response:
    """Read a member's profile

    Only members see profiles: username, picture, bio and social accounts, but never an e-mail
    address.
    """
    owner, found = await profiles.get_by_username(username)
    content = ProfileRead.from_domain(found).model_dump_json().encode()
    return reply(request, _make_answer(content, create_public_tag(owner.key, content)))


@router.get(
    "/{username}/picture",
    response_class=WebP,
    responses=IMAGE_RESPONSES | problem_responses(NotFound),
)
async def read_picture(
    request: Request, username: UsernamePath, _: CurrentMember, pictures: PictureRepositoryDep
) -> Response:
    """Download a member's picture"""
    return image_response(request, await pictures.get_by_username(username))
