"""Build the key rings of a process from the stored keys."""

from collections.abc import Sequence
from datetime import datetime

from dressform.crypto.attempt_keys import AttemptKeys
from dressform.crypto.device_tokens import DeviceTokens
from dressform.crypto.keyrings import Keyrings
from dressform.crypto.mail_ids import MailIds
from dressform.crypto.refresh_tokens import RefreshTokens
from dressform.crypto.sealing import MasterKeys
from dressform.crypto.secrets import KeyedIndex
from dressform.crypto.signing_keys import SigningKey
from dressform.repositories.key_states import SecretPurpose, StoredKey, order_keys


def build_key_rings(
    keys: Sequence[StoredKey], master: MasterKeys, *, now: datetime
) -> tuple[Keyrings, list[SigningKey]]:
    """Return the key rings and the signing keys, the active one first."""

    def list_secrets(purpose: SecretPurpose) -> list[bytes]:
        of_purpose = [key for key in keys if key.purpose is purpose]
        return [key.secret for key in order_keys(of_purpose, now)]

    limits = list_secrets(SecretPurpose.LIMITS)
    keyrings = Keyrings(
        master,
        KeyedIndex(*list_secrets(SecretPurpose.INDEX)),
        RefreshTokens(*list_secrets(SecretPurpose.REFRESH)),
        MailIds(*list_secrets(SecretPurpose.MAIL)),
        AttemptKeys(limits[0]),
        DeviceTokens(*limits),
        list_secrets(SecretPurpose.JOURNAL)[0],
    )
    signing = [SigningKey.from_bytes(secret) for secret in list_secrets(SecretPurpose.SIGNING)]
    return keyrings, signing
