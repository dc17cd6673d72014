"""A disk of a few pages, for commands to fill."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Root stays who it is, or it could not reach the socket of a database of another user's.
_AS_ROOT, _AS_SAME_USER = (
    (["--map-root-user"], ["--user", "--preserve-credentials"]) if os.geteuid() else ([], [])
)


def small_disk(folder: Path, size: str) -> list[str]:
    """Return what to put before a command that shall see one in this place; skip where none can be."""
    shell = ["sh", "-c", f'mount -t tmpfs -o size={size} none "$0" && exec "$@"', str(folder)]
    before = ["unshare", "--mount", *_AS_ROOT, *shell]
    try:
        tried = subprocess.run([*before, "true"], check=False, capture_output=True)
    except FileNotFoundError:
        tried = None
    if tried is None or tried.returncode:
        pytest.skip("no mount namespaces here")
    return before


@contextmanager
def lasting_disk(folder: Path, size: str) -> Iterator[tuple[list[str], Path]]:
    """The same for several commands, and the path by which others reach it."""
    with subprocess.Popen(
        [*small_disk(folder, size), "sh", "-c", "echo; exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        enter = ["nsenter", f"--target={holder.pid}", "--mount", *_AS_SAME_USER]
        yield enter, Path(f"/proc/{holder.pid}/root{folder}")
        assert holder.stdin is not None
        holder.stdin.close()
