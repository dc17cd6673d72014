"""The command that makes a filter of common passwords."""

from pathlib import Path
from typing import Annotated

import typer

from dressform.crypto.password_filter import count_entries
from dressform.crypto.password_lists import build_from_lists
from dressform.errors import StartupError

app = typer.Typer(no_args_is_help=True, help="Which passwords are refused.")


@app.callback()
def group() -> None:
    """Prepare the files by which passwords are refused."""


@app.command("build-filter")
def build_filter(
    lists: Annotated[list[Path], typer.Argument(help="Lists, one password or SHA-1 a line.")],
    output: Annotated[Path, typer.Option(help="The file that is written.")],
    source: Annotated[str, typer.Option(help="What the lists are, with their date.")] = "",
    least: Annotated[
        int, typer.Option(help="Leave out hashes that were seen less often (HASH:COUNT).")
    ] = 1,
) -> None:
    """Make a filter for DRESSFORM_PASSWORD_FILTER from lists of passwords."""
    try:
        content = build_from_lists(lists, source=source, least=least)
        output.write_bytes(content)
    except OSError as error:
        raise StartupError(f"{error.filename}: {error.strerror}") from None
    typer.echo(f"{output}: {count_entries(content):,} entries, {len(content):,} bytes.")
