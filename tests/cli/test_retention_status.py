"""What `dressform retention` prints."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from dressform.cli import retention_report
from dressform.clock import now
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.policy.account_data import PROFILE
from dressform.policy.notice import CATEGORIES
from dressform.repositories.mails import Mails
from dressform.settings.settings import Settings
from tests.helpers import retention_trouble as trouble
from tests.helpers.access_log import make_line
from tests.helpers.coarse_times import end_of, kept_from
from tests.helpers.retention import add_account, add_everything


async def printed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Return the table, and the lines below it."""
    capsys.readouterr()
    await retention_report.show_retention(settings)
    table, _, below = capsys.readouterr().out.partition("\n\n")
    return table, below


async def test_each_rule_has_its_line(
    settings: Settings, uows: UnitOfWorkFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    began = now() - timedelta(hours=2)
    await add_everything(uows, began)

    table, below = await printed(settings, capsys)

    heading, *lines = table.splitlines()
    assert heading.split() == [
        *("rule", "period", "oldest", "next", "expiry", "last", "run", "rows"),
        *("waiting", "overdue"),
    ]
    assert [one.split()[0] for one in lines] == [category.key for category in CATEGORIES]
    told = {one.split()[0]: one for one in lines}
    for category in CATEGORIES:
        assert f"{kept_from(category, began):%Y-%m-%d %H:%M:%S}" in told[category.key]
        assert f"{end_of(category, began):%Y-%m-%d %H:%M:%S}" in told[category.key]
    assert told["one-time-token"].split()[-2:] == ["1", "0"]
    assert told["session"].split()[-2:] == ["0", "0"]
    assert below.startswith("The notice is late.\nSpools here: 2 (")
    assert "cut off" not in below
    assert "held" not in below


async def test_what_needs_an_operator_is_said(
    settings: Settings, uows: UnitOfWorkFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    await trouble.hold(uows, now())
    await trouble.set_aside(uows, now())
    written = make_line(now() - timedelta(days=200))
    (settings.state_dir / "spool" / "old.spool").write_bytes(written)

    table, below = await printed(settings, capsys)

    assert "The notice is overdue." in below
    assert f"oldest line {now() - timedelta(days=200):%Y-%m-%d}" in below
    assert "model is blocked since" in below
    assert "too many at once (7 rows); if that is right: dressform retention approve model" in below
    assert "mail: 1 rows could not be deleted" in below
    assert table.splitlines()[1].split()[-1] == "1"
    assert "203.0.113" not in table + below


async def test_what_is_approved_waits_for_the_next_round(
    settings: Settings, uows: UnitOfWorkFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    await trouble.hold(uows, now())
    async with uows.transaction() as uow:
        await uow.connection.execute(
            text("UPDATE purge_block SET approved_at = :at"), {"at": now()}
        )

    _, below = await printed(settings, capsys)

    assert "(7 rows); approved" in below
    assert "retention approve" not in below


async def test_what_is_kept_past_its_window_is_counted(
    settings: Settings, uows: UnitOfWorkFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """With numbers, which only operators see."""
    began = now() - timedelta(days=380)
    for name in ("ada", "bob", "eve"):
        await add_account(uows, began, name)
    async with uows.transaction() as uow:
        await uow.connection.execute(text("UPDATE account SET warned_at = NULL"))
        restricted = "UPDATE account SET restricted_at = :at WHERE email_index = :index"
        index = uow.keyrings.index.hash_email("eve@example.org")
        await uow.connection.execute(text(restricted), {"at": began, "index": index})
        outage = "INSERT INTO mail_outage VALUES ('smtp', now() - interval '2 days')"
        await uow.connection.execute(text(outage))
        await Mails(uow).add("erased", to="ada@example.org", language="en")
        await uow.connection.execute(text("UPDATE mail SET failures = 3, attempts = 3"))

    _, below = await printed(settings, capsys)

    since = end_of(PROFILE, began)
    for rule in ("profile", "model"):
        first = (
            f"rows are past their retention period, the first since {since:%Y-%m-%d %H:%M:%S}, and"
        )
        assert f"{rule}: 2 {first} wait for a warning of their owner; at most 30 days." in below
        assert f"{rule}: 1 {first} are kept as restricted; at most 24 months." in below
    assert f"taken no mail since {now() - timedelta(days=2):%Y-%m-%d}" in below
    assert "Mails that wait: 1, of which 1 failed before." in below
    (because,) = [one for one in below.splitlines() if one.startswith("Not kept because of: ")]
    assert {"unwarned", "mail"} <= set(because.rstrip(".").split(": ")[1].split(", "))
    assert "example.org" not in below
