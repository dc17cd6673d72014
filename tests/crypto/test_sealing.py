from uuid import uuid4

from dressform.crypto.sealing import DataKey


def test_what_was_read_is_not_remembered_for_who_reads_it_again() -> None:
    key, row = DataKey.generate(), uuid4()
    sealed = key.seal({"a site of mine": "@ada"}, "profile", row, 1)

    [(site, handle)] = key.open(sealed, "profile", row, 1).items()
    [(again, handle_again)] = key.open(sealed, "profile", row, 1).items()

    assert (site, handle) == (again, handle_again) == ("a site of mine", "@ada")
    assert site is not again
    assert handle is not handle_again
