from uuid import UUID

from dressform.database import Unit
from dressform.errors import ConsentTextChanged, Restricted
from dressform.opendata.consent import CURRENT
from dressform.repositories.consents import Consent, Consents
from dressform.repositories.owners import Member


async def give_consent(
    unit: Unit,
    member: Member,
    *,
    language: str,
    text_version: str,
    text_sha256: str | None,
    model_id: UUID | None,
) -> Consent:
    """To the text that they were shown, and to no other.

    Raises Restricted, ConsentTextChanged, InvalidInput for a model that is none of theirs.
    """
    if member.restricted:
        raise Restricted
    text = CURRENT[language]
    if text_version != text.version or text_sha256 not in {None, text.sha256.hex()}:
        raise ConsentTextChanged
    return await Consents(unit).give(member, text, model_id)
