from fastapi import APIRouter, Response

from dressform.api.dependencies import AccessTokensDep
from dressform.api.schemas.jwks import KeySet

router = APIRouter(tags=["auth"])


@router.get("/.well-known/jwks.json", response_description="The public keys.")
async def read_jwks(tokens: AccessTokensDep, response: Response) -> KeySet:
    """Read the public keys of access tokens

    Third parties can verify access tokens with these keys (RFC 7517). A token that verifies may
    belong to a session that has ended: only this service knows that.
    """
    response.headers["Cache-Control"] = "public, max-age=300"
    return KeySet.model_validate(tokens.jwks())
