from uuid import UUID

from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.images import ImageProcessor
from dressform.repositories.models import Models
from dressform.repositories.owners import Member
from dressform.repositories.pictures import Avatars, ProfilePictures


async def save_picture(
    uows: UnitOfWorkFactory, images: ImageProcessor, member: Member, data: bytes
) -> None:
    """Re-encode an image as the profile picture. Raise UnsupportedPicture, TooLarge."""
    picture = await images.normalise(data)
    async with uows.transaction() as uow:
        await ProfilePictures(uow).put(member, picture.webp)


async def save_avatar(
    uows: UnitOfWorkFactory, images: ImageProcessor, member: Member, model_id: UUID, data: bytes
) -> None:
    """Re-encode an image as a model's avatar. Raise NotFound, UnsupportedPicture, TooLarge."""
    uow = uows.read()
    await Models(uow).get(member, model_id)
    picture = await images.normalise(data)
    async with uows.transaction() as uow:
        await Models(uow).get(member, model_id)
        await Avatars(uow).put(member, model_id, picture.webp)
