from fastapi import APIRouter, Response

from dressform.api.dependencies import Tokens
from dressform.api.schemas.jwks import KeySet

router = APIRouter(tags=["auth"])


@router.get("/.well-known/jwks.json", response_description="The keys.")
async def read_jwks(tokens: Tokens, response: Response) -> KeySet:
    """The public keys of the access tokens

    For third parties that check a token by themselves (RFC 7517). A token that checks may still
    have been ended: only this service knows.
    """
    response.headers["Cache-Control"] = "public, max-age=300"
    return KeySet.model_validate(tokens.jwks())
