"""The files that are made from the source: `python -m tests.tools.generate` writes them anew."""

import re
from pathlib import Path

from typer.testing import CliRunner

from dressform.cli.program import app

TOP = Path(__file__).parents[2]
TABLE = re.compile(r"(?<=<!-- made by `dressform policy` -->\n).*?(?=<!-- end -->)", re.DOTALL)


def output_of(command: str) -> str:
    return CliRunner().invoke(app, [command], catch_exceptions=False).stdout


def generate_files() -> dict[Path, str]:
    """Return each generated file with its text."""
    readme = TOP / "README.md"
    table = f"\n{output_of('policy')}\n"
    return {
        TOP / "openapi.yaml": output_of("openapi"),
        readme: TABLE.sub(lambda _: table, readme.read_text()),
    }


if __name__ == "__main__":
    for path, text in generate_files().items():
        path.write_text(text)
