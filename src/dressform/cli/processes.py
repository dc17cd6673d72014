"""The commands that run the service: `up`, `serve` and `worker`."""

import logging
import os
from typing import Annotated, Any

import typer

from dressform.access_log.spool import check_writable
from dressform.bootstrap import resolved_settings
from dressform.cli.startup import check_startup, run_with_uows
from dressform.db.unit_of_work import UnitOfWorkFactory
from dressform.errors import StartupError
from dressform.logging import formatters as logs
from dressform.policy.sign_in_data import MAIL
from dressform.settings.loader import load_settings
from dressform.settings.settings import Settings
from dressform.system import parent_watchdog, signals
from dressform.system.priority import lower_priority

log = logging.getLogger(__name__)

_WORKER_NICENESS = 10


def _setting_option(
    field: str, what: str, least: int | None = None, most: int | None = None
) -> Any:
    """Return an option that overrides a setting, which its help names."""
    default = Settings.model_fields[field].default
    said = f"{what} Without it DRESSFORM_{field.upper()}, or else {default}."
    return typer.Option(help=said, min=least, max=most)


def up() -> None:
    """Run everything here: PostgreSQL of our own, migrations, API, worker, mail into files.

    For trying things out: it is refused in production. Where DRESSFORM_DATABASE_URL is set, that
    database is used instead, and brought to this version's tables; where DRESSFORM_SMTP_URL is set,
    mail is really sent. DRESSFORM_PORT says where it listens (8000), DRESSFORM_STATE_DIR where it
    keeps everything (var, in the current folder).
    """
    signals.exit_zero_on_sigterm()
    from dressform.runtime.all_in_one import run_everything

    settings = load_settings()
    if settings.in_production:
        raise StartupError(
            "`dressform up` is for trying things out and is refused in production: run `dressform "
            "migrate`, then `dressform serve` and `dressform worker`."
        )
    logs.configure(settings.log_level, settings.log_format)
    _warn_of_cross_site_origins(settings)
    run_everything(settings)


def serve(
    workers: Annotated[int | None, _setting_option("workers", "Processes.", 1, 64)] = None,
    host: Annotated[str | None, _setting_option("host", "Address to listen on.")] = None,
    port: Annotated[int | None, _setting_option("port", "Port to listen on.", 0, 65535)] = None,
) -> None:
    """Run the API."""
    signals.exit_zero_on_sigterm()
    from dressform.runtime.all_in_one import run_workers
    from dressform.runtime.server import LISTEN_FD_ENV, bind_socket, run_server

    given = {"WORKERS": workers, "HOST": host, "PORT": port}
    os.environ.update({f"DRESSFORM_{k}": str(v) for k, v in given.items() if v is not None})
    parent_watchdog.exit_when_parent_dies()
    with resolved_settings() as settings, bind_socket(settings) as sock:
        run_with_uows(settings, check_startup)
        check_writable(settings.state_dir / "spool")
        if (
            LISTEN_FD_ENV not in os.environ
        ):  # Otherwise the process that started this one has warned.
            _warn_of_cross_site_origins(settings)
        if settings.workers > 1:
            run_workers(sock, settings)
        else:
            run_server(sock)


def _warn_of_cross_site_origins(settings: Settings) -> None:
    from dressform.settings.sites import list_cross_site_origins

    for origin in list_cross_site_origins(settings):
        log.warning(
            "%s is on another site than %s: browsers drop the cookie of its logins. Serve both below "
            'one registrable domain, or sign in with "session": "body"',
            origin,
            settings.public_url,
        )


def worker(
    *, once: Annotated[bool, typer.Option("--once", help="Run once, then exit.")] = False
) -> None:
    """Delete what is past its retention period, and deliver the mail."""
    if not once:
        signals.exit_zero_on_sigterm()
    from dressform.worker.runner import run_once

    parent_watchdog.exit_when_parent_dies()
    with resolved_settings() as settings:
        lower_priority(_WORKER_NICENESS)
        if not once:
            run_with_uows(settings, _run_worker)
            return
        for report in run_with_uows(settings, run_once):
            typer.echo(f"{report.rule:<16}{report.rows:>8} rows deleted{report.seconds:>9.2f} s")


async def _run_worker(settings: Settings, uows: UnitOfWorkFactory) -> None:
    from dressform.mail.files import mail_folder
    from dressform.worker.runner import run

    folder = mail_folder(settings)
    mail = "by SMTP" if settings.smtp_url else f"into {folder}"
    log.info("working: a run at once and every %s, mail %s", settings.worker_interval, mail)
    if not settings.smtp_url:
        log.warning(
            "mails in %s hold addresses, and are not deleted with an account: only after %s",
            folder,
            MAIL.period.format("en"),
        )
    await run(settings, uows)
