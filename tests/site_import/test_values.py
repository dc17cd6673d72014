"""Values of FreeSewing's databases, which may be anything."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dressform.site_import.json_reader import JsonSource
from dressform.site_import.new_names import list_names
from dressform.site_import.plans import plan_account
from dressform.site_import.records import SourceAccount
from dressform.site_import.values import clean_text, parse_password, parse_time
from dressform.usernames.reserved import find_objection

MOMENT = datetime(2022, 11, 14, 17, 44, 41, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "email",
        "username",
        "handle",
        "password",
        "status",
        "consent",
        "settings",
        "time",
        "social",
        "bio",
        "createdAt",
        "_ct",
    ]
)


@pytest.mark.parametrize(
    "value",
    [
        1668447881000,
        1668447881000.0,
        "1668447881000",
        "2022-11-14T17:44:41Z",
        "2022-11-14T17:44:41.000Z",
        "2022-11-14 17:44:41",
        "2022-11-14T18:44:41+01:00",
        {"$date": "2022-11-14T17:44:41.000Z"},
        {"$date": {"$numberLong": "1668447881000"}},
        {"$date": 1668447881000},
    ],
)
def test_every_form_of_a_date_is_read(value: object) -> None:
    assert parse_time(value) == MOMENT


@pytest.mark.parametrize(
    "value", [None, "", "never", True, 10**30, float("nan"), [], {}, {"$date": None}, "-", b"1"]
)
def test_what_is_no_date_is_none(value: object) -> None:
    assert parse_time(value) is None


@pytest.mark.parametrize(
    ("value", "text"), [("--", ""), (" a ", "a"), (None, ""), (5, ""), ("", "")]
)
def test_placeholders_are_no_text(value: object, text: str) -> None:
    assert clean_text(value) == text


@pytest.mark.parametrize(
    "field",
    [
        None,
        "",
        "[]",
        "null",
        '{"type":"v3"}',
        '{"type":"v3","hash":"zz","salt":"00"}',
        '{"type":"v3","hash":1,"salt":2}',
        '{"type":"v2"}',
        '{"type":"v2","data":5}',
        '{"type":"v1","data":"$2a$10$"}',
    ],
)
def test_password_field_of_another_form_is_none(field: object) -> None:
    assert parse_password(field) is None


@given(st.text(max_size=80))
def test_there_is_an_allowed_name_for_every_name(username: str) -> None:
    names = list(list_names(username, ("dressform", "needlework")))

    assert names
    assert all(find_objection(name, ("dressform", "needlework")) is None for name in names)
    assert all(3 <= len(name) <= 30 and name.isascii() for name in names)


@given(st.dictionaries(NAMES, JSON), st.lists(JSON, max_size=3))
def test_every_document_is_an_account_or_is_refused(
    user: dict[str, object], people: list[object]
) -> None:
    """Nothing that a damaged dump holds ends the import."""
    source = JsonSource({"users": [user], "people": people}, "key")

    for account in source:
        if isinstance(account, SourceAccount):
            plan_account(account, now=NOW)
