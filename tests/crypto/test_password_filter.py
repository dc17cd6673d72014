"""Filters of common passwords: what they hold, what they hold by chance, and files that are none."""

import hashlib
from pathlib import Path

import pytest

from dressform.crypto.load_password_rules import load_password_rules
from dressform.crypto.password_filter import FilterFileError, PasswordFilter, compute_digest
from dressform.crypto.password_lists import build_from_lists
from dressform.crypto.password_rules import (
    COMMON,
    COMMON_PASSWORDS,
    PasswordRules,
    validate_password,
)
from dressform.crypto.passwords import validate_password_async
from dressform.errors import StartupError, Unavailable
from dressform.settings.settings import Settings

LISTED = "zebra-kettle-marble"
HASHED = "Quilted-Lantern-Voyage"


@pytest.fixture
def own_filter(tmp_path: Path) -> Path:
    plain, hashes = tmp_path / "plain.txt", tmp_path / "hashes.txt"
    plain.write_bytes(f"{LISTED}\nshort\n".encode() + b"\xff\xfe\n")
    digests = [hashlib.sha1(text.encode()).hexdigest() for text in (HASHED, "Seldom-Seen-Voyage")]
    hashes.write_text(f"{digests[0].upper()}:99\r\n{digests[1]}:3\n")
    path = tmp_path / "own.filter"
    path.write_bytes(build_from_lists([plain, hashes], source="a test", least=10))
    return path


def check(password: str, *files: Path) -> str | None:
    rules = PasswordRules(filter_file=files[0] if files else None)
    return validate_password(password, username="marie", rules=rules)


@pytest.mark.parametrize(
    "password",
    [
        LISTED,
        LISTED.upper(),
        "Z3bra kettl3 m@rble",
        f"{LISTED}2026!!",
        f"77{LISTED}",
        f"{LISTED}xx",
    ],
)
def test_a_listed_password_is_refused_with_its_variants(own_filter: Path, password: str) -> None:
    assert check(password) is None
    assert check(password, own_filter) == COMMON


def test_a_list_of_hashes_refuses_the_text_that_was_seen_often(own_filter: Path) -> None:
    assert check(HASHED, own_filter) == COMMON
    assert check("Seldom-Seen-Voyage", own_filter) is None


@pytest.mark.parametrize(
    "password", [f"{LISTED}-teapots", f"{LISTED}4815162342", "kettle-marble-zebra"]
)
def test_more_than_a_variant_is_accepted(own_filter: Path, password: str) -> None:
    assert check(password, own_filter) is None


def test_the_filter_that_ships_finds_hardly_anything_by_chance() -> None:
    common = PasswordFilter.open(COMMON_PASSWORDS)
    found = sum(compute_digest(f"uncommon {number}") in common for number in range(100_000))

    assert found <= 3
    assert common.entries > 400_000
    assert COMMON_PASSWORDS.stat().st_size < 2_000_000


@pytest.mark.parametrize("content", [b"", b"no filter", b"{}\n", b'{"bits": 8}\n', b"[]\n", None])
def test_a_file_that_is_no_filter_is_named_at_start(
    settings: Settings, own_filter: Path, content: bytes | None
) -> None:
    own_filter.write_bytes(own_filter.read_bytes()[:-1] if content is None else content)

    with pytest.raises(FilterFileError):
        PasswordFilter.open(own_filter)
    with pytest.raises(StartupError, match="DRESSFORM_PASSWORD_FILTER"):
        load_password_rules(settings.model_copy(update={"password_filter": own_filter}))


async def test_a_filter_that_went_missing_is_unavailability_and_no_acceptance(
    tmp_path: Path,
) -> None:
    rules = PasswordRules(filter_file=tmp_path / "gone.filter")

    with pytest.raises(Unavailable):
        await validate_password_async("seven tailors measured twice", username="marie", rules=rules)


def test_the_hosts_of_the_settings_name_the_site(settings: Settings) -> None:
    named = settings.model_copy(update={"site_url": "https://www.needlework.example"})
    rules = load_password_rules(named)

    assert {"dressform", "needlework", "needlework.example"} <= set(rules.site_words)
    assert "www" not in rules.site_words


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        ("", "no password of 12 characters"),
        ("short\ntiny\n", "no password of 12 characters"),
        ("8846F7EAEE8FB117AD06BDD830B7586C:99\n", "SHA-1"),
    ],
    ids=["empty", "short", "NTLM"],
)
def test_a_list_of_no_use_makes_no_filter(tmp_path: Path, content: str, advice: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(content)

    with pytest.raises(StartupError, match=advice):
        build_from_lists([path], source="")
