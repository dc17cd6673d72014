"""A prepared request for each operation of the OpenAPI document, by its operationId."""

from collections.abc import Mapping

from tests.bench.prepared.auth import AUTH
from tests.bench.prepared.models import MODELS
from tests.bench.prepared.passwords import PASSWORDS
from tests.bench.prepared.preparing import Prepared
from tests.bench.prepared.privacy import PRIVACY
from tests.bench.prepared.profiles import PROFILES
from tests.bench.prepared.public import PUBLIC

__all__ = ["PREPARED", "Prepared"]

PREPARED: Mapping[str, Prepared] = {
    **AUTH,
    **PASSWORDS,
    **PROFILES,
    **MODELS,
    **PRIVACY,
    **PUBLIC,
}
