"""What may be asked of the address log."""

import re
import sys
from unicodedata import category

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError

from dressform.api.schemas.access_log_fields import Reason
from dressform.db.unit_of_work import UnitOfWorkFactory
from tests.helpers.assertions import assert_problem
from tests.helpers.members import MemberClient
from tests.helpers.operators import (
    FOUR,
    REQUESTS,
    SIX,
    WHY,
    become_operator,
    count_audit_records,
    list_audit,
    search_log,
)


@pytest.fixture
async def operator(app: FastAPI, ada: MemberClient) -> MemberClient:
    return await become_operator(app, ada)


MISSING = "is missing"
MOMENT = "must be a time such as 2026-03-01T12:00:00Z"
NETWORK = "must be an address, or a network such as 203.0.113.0/24"
ADDRESS = "must not contain an address: that goes into `network`"
INVISIBLE = "must not contain invisible characters"
REASON = "must be one line with at least 10 characters besides blanks"


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("purpose", None, MISSING),
        ("purpose", "", None),
        ("purpose", "curiosity", None),
        ("purpose", "Error", None),
        ("reason", None, MISSING),
        ("reason", "too short", None),
        ("reason", " " * 40, REASON),
        ("reason", "a         b", REASON),
        ("reason", "ten letter\nline", REASON),
        ("reason", "ten letters\0", REASON),
        ("reason", "x" * 501, None),
        ("reason", f"{FOUR} is slow", ADDRESS),
        ("reason", f"slow from {FOUR}:443.", ADDRESS),
        ("reason", f"slow from [{SIX}]:443.", ADDRESS),
        ("reason", "what does 2001:db8::. want", ADDRESS),
        ("reason", "what does ::1 want here", ADDRESS),
        ("reason", "visitor 2001:db8::1: complains", ADDRESS),
        ("reason", "visitor 2001:db8::: complains", ADDRESS),
        ("reason", "slow from:2001:db8::1.", ADDRESS),
        ("reason", "slow for x_2001:db8::1_x", ADDRESS),
        ("reason", "来自2001:db8::1的请求一直失败", ADDRESS),
        ("reason", "slow for 1:2:3:4:5:6:7:8:", ADDRESS),
        ("reason", "slow for ::ffff:203.0.113.9", ADDRESS),
        ("reason", "slow for fe80::1%eth0", ADDRESS),
        ("reason", "slow for 2001\uff1adb8\uff1a\uff1a1", ADDRESS),
        ("reason", "slow for \uff12\uff10\uff13.0.113.9", ADDRESS),
        ("reason", "slow for 203。0。113。9", ADDRESS),
        ("reason", "slow for 203\uff610\uff0e113\u20249", ADDRESS),
        ("reason", "slow for \u0662\u0660\u0663.\u0660.113.9", ADDRESS),
        ("reason", "slow for...203.0.113.9", ADDRESS),
        ("reason", "slow for \u202e9.311.0.302", INVISIBLE),
        ("reason", "slow for 203.\u200b0.113.9", INVISIBLE),
        ("reason", "nine char" + "\u200b" * 9, INVISIBLE),
        ("request_id", "", None),
        ("request_id", "nothing", None),
        ("network", "", NETWORK),
        ("network", "203.0.113", NETWORK),
        ("network", "203.0.113.256", NETWORK),
        ("network", "203.0.113.0/33", NETWORK),
        ("network", "2001:db8::/129", NETWORK),
        ("network", "localhost", NETWORK),
        ("network", "1" * 5000, NETWORK),
        ("route", "", None),
        ("route", "docs", None),
        ("route", f"/{FOUR}", ADDRESS),
        ("route", "/docs\n", None),
        ("status", "600", None),
        ("status", "099", None),
        ("status", "5xx\n", None),
        ("status", "50x", None),
        ("since", "2026-03-01T12:00:00", MOMENT),
        ("since", "2026-03-01", MOMENT),
        ("since", "2026-02-29T12:00:00Z", MOMENT),
        ("since", "0001-01-01T00:00:00+14:00", MOMENT),
        ("since", "9999-12-31T23:59:59-14:00", MOMENT),
        ("since", "1969-12-31T23:59:59Z", MOMENT),
        ("since", "1700000000", MOMENT),
        ("until", "now", MOMENT),
        ("full", "perhaps", None),
        ("limit", "0", None),
        ("limit", "501", None),
        ("cursor", "", "must be the `next` of an earlier page"),
        ("cursor", "a" * 31, "must be the `next` of an earlier page"),
        ("cursor", "f" * 32, "must be the `next` of an earlier page"),
        ("cursor", "a" * 31 + "\n", "must be the `next` of an earlier page"),
        ("adress", FOUR, "is not a known field: leave it out"),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_is_looked_up(
    operator: MemberClient,
    uows: UnitOfWorkFactory,
    field: str,
    value: str | None,
    detail: str | None,
) -> None:
    asked = {name: given for name, given in (WHY | {field: value}).items() if given is not None}

    response = await operator.request("GET", REQUESTS, params=asked)

    assert_problem(response, 422, "invalid-input")
    (error,) = response.json()["errors"]
    assert error["pointer"] == f"query/{field}"
    assert error["detail"] == detail or detail is None
    assert FOUR not in response.text
    assert await count_audit_records(uows) == 0


@pytest.mark.parametrize("until", ["2026-03-01T12:00:00Z", "2026-03-01T12:59:59+01:00"])
async def test_a_time_that_ends_before_it_begins_is_refused(
    operator: MemberClient, uows: UnitOfWorkFactory, until: str
) -> None:
    asked = WHY | {"since": "2026-03-01T12:00:00Z", "until": until}

    response = await operator.request("GET", REQUESTS, params=asked)

    assert_problem(response, 422, "invalid-input")
    assert response.json()["errors"] == [
        {"pointer": "query/until", "detail": "must lie after `since`"}
    ]
    assert await count_audit_records(uows) == 0


@pytest.mark.parametrize(
    "reason",
    [
        "ten letters",
        "  ten  letters  ",
        "Since 12:30:45 nothing works",
        "Seit Mittag schlägt die Anmeldung fehl: 503",
        "module std::io and version 1.2.3",
        "::std::io: at 12:30: twice, from 00:1a:2b:3c:4d:5e",
        "注册从中午开始就一直失败",
        "x" * 500,
    ],
)
async def test_a_reason_is_kept_as_it_was_given(operator: MemberClient, reason: str) -> None:
    await search_log(operator, reason=reason)

    (record,) = (await list_audit(operator))["items"]
    assert record["reason"] == reason.strip()


def test_every_character_that_only_formats_is_refused_in_a_reason() -> None:
    reason = TypeAdapter(Reason)
    pattern = reason.json_schema()["pattern"]
    unseen = [one for one in map(chr, range(sys.maxunicode + 1)) if category(one) == "Cf"]
    assert len(unseen) > 100

    for one in unseen:
        with pytest.raises(ValidationError, match="invisible"):
            reason.validate_python(f"ten letters{one}")
        assert one > "\uffff" or not re.search(pattern, f"ten letters{one}")
