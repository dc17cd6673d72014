from uuid import UUID

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.images import ImageProcessor
from dressform.repositories.models import Models
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars, ProfilePictures


async def save_picture(
    uows: UnitOfWorkFactory, images: ImageProcessor, member: Member, data: bytes
) -> int:
    """Re-encode an image as the profile picture, and return its version.

    Raise UnsupportedPicture, TooLarge.
    """
    picture = await images.normalise(data)
    async with uows.transaction() as uow:
        return await ProfilePictures(uow).put(member, picture.webp)


async def save_avatar(
    uows: UnitOfWorkFactory, images: ImageProcessor, member: Member, model_id: UUID, data: bytes
) -> int:
    """Re-encode an image as a model's avatar, and return its version.

    Raise NotFound, UnsupportedPicture, TooLarge.
    """
    uow = uows.read()
    await Models(uow).get(member, model_id)
    picture = await images.normalise(data)
    async with uows.transaction() as uow:
        await Models(uow).get(member, model_id)
        return await Avatars(uow).put(member, model_id, picture.webp)
