"""Columns that Node's own crypto wrote, as FreeSewing and mongoose-encryption call it."""

import base64

import pytest

from dressform.crypto.freesewing_cipher import ColumnCipher, DocumentCipher, UndecryptableError

SECRET = "a key of the operator, with \u00e9"
COLUMN = (
    '{"iv":"000102030405060708090a0b0c0d0e0f",'
    '"ct":"a6da822d65923db2508628e36cea57bc5950e37f7c33e0bd1f268f05360c174c"}'
)
DOCUMENT = base64.b64decode(
    "YQABAgMEBQYHCAkKCwwNDg+SP5fwYfQdQdsF9l0eLTjQJA+UyGnUWwk+PEJSFpmGyrWJMV6SL1NB+2WQ6uEbGmSvCj3Fsj0A"
    "NdouPMU6mqedSN5+69KKT9rd2NrVbTDt0rmf4vfYoaJEPms6sCjZAwi8wZ2okBM89lnUxVLRnanAQmbFu6+vWn3chrmr2Dp6"
    "aQ=="
)


def test_column_of_version_3_is_decrypted() -> None:
    cipher = ColumnCipher(SECRET)

    assert cipher.decrypt(COLUMN) == "Ada@Example.org"
    assert cipher.decrypt("") == cipher.decrypt(None) == ""


def test_document_of_version_2_is_decrypted() -> None:
    fields = DocumentCipher(SECRET).decrypt(DOCUMENT)

    assert fields["email"] == fields["initial"] == "grace@example.org"
    assert fields["social"]["instagram"] == "graceh"


@pytest.mark.parametrize(
    "column",
    [
        "Ada@Example.org",
        "[]",
        "{}",
        "1",
        '{"iv":"00","ct":""}',
        '{"iv":1,"ct":2}',
        COLUMN.replace("00010203", "zz010203"),
        COLUMN.replace("0001", ""),
        COLUMN.replace("174c", "17"),
        COLUMN.replace("174c", "174d"),
    ],
)
def test_damaged_column_is_told(column: str) -> None:
    with pytest.raises(UndecryptableError):
        ColumnCipher(SECRET).decrypt(column)


@pytest.mark.parametrize("content", [b"", b"a", DOCUMENT[:17], DOCUMENT[:40], DOCUMENT[:-1] + b"x"])
def test_damaged_document_is_told(content: bytes) -> None:
    with pytest.raises(UndecryptableError):
        DocumentCipher(SECRET).decrypt(content)


def test_another_key_decrypts_nothing() -> None:
    with pytest.raises(UndecryptableError):
        ColumnCipher("another key").decrypt(COLUMN)
    with pytest.raises(UndecryptableError):
        DocumentCipher("another key").decrypt(DOCUMENT)
