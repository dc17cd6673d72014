"""Measures the vocabulary of `src`: names, docstrings, loose modules and long files.

`python -m tests.tools.words` prints the measures. With `--tighten` it also lowers the exceptions in
`words_allowed.json` to what is still needed; it never raises them.
"""

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

TOP = Path(__file__).parents[2]
SOURCE = TOP / "src" / "dressform"
ALLOWED = Path(__file__).with_name("words_allowed.json")

MAX_LINES = 200
ROOT_MODULES = {
    "__init__",
    "__main__",
    "bootstrap",
    "clock",
    "errors",
    "images",
    "logging",
    "psql",
}

_PREPOSITIONS = """
    about above after against along among around as at before behind below beside between beyond by
    down during for from in inside into like near of off on onto out over per since than through to
    toward under until up upon via with within without
"""
_PRONOUNS = """
    another anybody anyone anything both but each either everybody everyone everything he her him his
    how i if it its mine neither nobody none nothing one other others our ours she somebody someone
    something such that their theirs them these they this those us we what whatever when whenever
    where wherever whether which whichever while who whoever whom whose why you your yours
"""
_IRREGULAR_PARTICIPLES = """
    beaten become been begun bent bitten bought bound broken brought built burnt caught chosen clung
    dealt done drawn driven eaten fallen fed felt fought forgotten found frozen given gone grown had
    heard held hidden hung kept known laid learnt led left lent lit lost made meant met overridden
    paid proven risen said sat seen sent sewn shot shown slept sold sought spelt spent
    spoken spun stolen stood struck stuck sung sunk sworn swept taken taught thought thrown told torn
    understood woken won worn wound written
"""
_NO_PARTICIPLES = """
    bed bleed breed embed exceed feed heed need proceed red seed shed shred speed succeed weed
    bring building ceiling cling evening heading king meaning morning ping ring setting sing sling
    spelling spring sting string swing thing timing warning wing wording
"""
_DETERMINERS = """
    a all an another any both each every few half his its many more most my no one only other our
    several some that the their these this those your
"""

PREPOSITIONS, PRONOUNS, DETERMINERS = (
    frozenset(words.split()) for words in (_PREPOSITIONS, _PRONOUNS, _DETERMINERS)
)
_IRREGULAR, _NEVER = frozenset(_IRREGULAR_PARTICIPLES.split()), frozenset(_NO_PARTICIPLES.split())
_WHOEVER = re.compile(
    r"\b(whoever|whomever|nobody|somebody|anybody|everybody|whatever)\b", re.IGNORECASE
)


def is_participle(word: str) -> bool:
    """Tell whether a word looks like a participle: "written", "opened", "running"."""
    regular = re.fullmatch(r"[a-z]{2,}(ed|ing)", word) is not None
    return word in _IRREGULAR or (regular and word not in _NEVER)


def is_bare(name: str) -> bool:
    """Tell whether a name is one participle, pronoun or preposition."""
    word = name.strip("_")
    return word in PREPOSITIONS | PRONOUNS or is_participle(word)


def is_fragment(docstring: str, *, of_function: bool) -> bool:
    """Tell whether a docstring seems to be no sentence, by its first word.

    A class or module may be described by a noun ("A queue that …"). A function needs a verb first.
    """
    match = re.match(r"[`\"'(*]*([^\s`\"'(),.:;*]+)", docstring.strip())
    if match is None:
        return True
    first = match[1]
    word = first.lower()
    quoted = not docstring.strip()[0].isalpha()
    if not (first[0].isupper() or quoted):
        return True
    if word in DETERMINERS:
        return of_function
    return word in PREPOSITIONS | PRONOUNS or (of_function and is_participle(word))


_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed file of `src`."""

    path: Path
    lines: int
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the path inside the package, as in "api/app.py"."""
        return self.path.relative_to(SOURCE).as_posix()

    @property
    def area(self) -> str:
        """Return the first folder, or "root"."""
        return self.name.split("/")[0] if "/" in self.name else "root"

    def iter_functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield all functions and methods."""
        for node in ast.walk(self.tree):
            if isinstance(node, _FUNCTIONS):
                yield node

    def iter_docstrings(self) -> Iterator[tuple[int, str, bool]]:
        """Yield each docstring with its line, and whether it belongs to a function.

        A string below an assignment is the docstring of a constant or a field.
        """
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Module | ast.ClassDef | _FUNCTIONS):
                continue
            text = ast.get_docstring(node)
            if text is not None:
                yield node.body[0].lineno, text, isinstance(node, _FUNCTIONS)
            for before, after in pairwise(node.body):
                match before, after:
                    case (
                        ast.Assign() | ast.AnnAssign(),
                        ast.Expr(value=ast.Constant(value=str(text))),
                    ):
                        yield after.lineno, text, False

    def iter_fragments(self) -> Iterator[str]:
        """Yield "path:line: text" of each docstring that seems to be no sentence."""
        for line, text, of_function in self.iter_docstrings():
            if is_fragment(text, of_function=of_function):
                yield f"{self.name}:{line}: {text.splitlines()[0]}"


def load_modules() -> list[Module]:
    """Return all modules of `src`, in the order of their paths."""
    texts = [(path, path.read_text()) for path in sorted(SOURCE.rglob("*.py"))]
    return [Module(path, text.count("\n"), ast.parse(text)) for path, text in texts]


def list_bare_names(modules: list[Module]) -> list[str]:
    """Return "path: name" of each function that is named by one such word, once a file."""
    return sorted(
        {
            f"{module.name}: {node.name}"
            for module in modules
            for node in module.iter_functions()
            if is_bare(node.name)
        }
    )


def count_fragments(modules: list[Module]) -> dict[str, int]:
    """Return the number of docstrings that are no sentences, by area; areas with none are left out."""
    counter = Counter(module.area for module in modules for _ in module.iter_fragments())
    return dict(sorted(counter.items()))


def list_long_files(modules: list[Module]) -> dict[str, int]:
    """Return the length of each file above MAX_LINES."""
    return {module.name: module.lines for module in modules if module.lines > MAX_LINES}


def list_loose_modules(modules: list[Module]) -> list[str]:
    """Return the modules at the root of the package that are not in ROOT_MODULES."""
    stems = (module.path.stem for module in modules if module.area == "root")
    return sorted(stem for stem in stems if stem not in ROOT_MODULES)


def load_allowed() -> dict[str, dict[str, int]]:
    """Return the exceptions: {"names": …, "fragments": …, "long_files": …}, each with a number."""
    allowed: dict[str, dict[str, int]] = json.loads(ALLOWED.read_text())
    return allowed


def measure_exceptions(modules: list[Module]) -> dict[str, dict[str, int]]:
    """Return what would have to be allowed now, in the shape of `words_allowed.json`."""
    return {
        "names": dict.fromkeys(list_bare_names(modules), 1),
        "fragments": count_fragments(modules),
        "long_files": list_long_files(modules),
    }


def tighten(modules: list[Module]) -> None:
    """Lower each exception to what is needed. Without a file of exceptions, write the first one."""
    now = measure_exceptions(modules)
    if ALLOWED.exists():
        before = load_allowed()
        now = {
            kind: {
                key: min(number, before[kind][key])
                for key, number in numbers.items()
                if key in before[kind]
            }
            for kind, numbers in now.items()
        }
    ALLOWED.write_text(json.dumps(now, indent=2) + "\n")


def format_measures(modules: list[Module]) -> str:
    """Return the measures of the vocabulary, one a line."""
    functions = [node for module in modules for node in module.iter_functions()]
    texts = [text for node in functions if (text := ast.get_docstring(node)) is not None]
    lines = sum(module.lines for module in modules)
    participles = sum(is_participle(node.name.strip("_")) for node in functions)
    bare = sum(is_bare(node.name) for node in functions)
    fragments = sum(is_fragment(text, of_function=True) for text in texts)
    whoever = sum(len(_WHOEVER.findall(module.path.read_text())) for module in modules)
    loose = [m.path.stem for m in modules if m.area == "root" and m.path.stem != "__init__"]
    return f"""\
files, lines, functions: {len(modules)}, {lines}, {len(functions)}
functions named by one participle: {participles / len(functions):.1%}
functions named by one participle, pronoun or preposition: {bare / len(functions):.1%}
function docstrings that are fragments: {fragments / len(texts):.1%}
whoever, nobody, somebody … in 10,000 lines: {10_000 * whoever / lines:.1f}
modules at the package's root: {len(loose)} ({", ".join(loose)})
files above {MAX_LINES} lines: {len(list_long_files(modules))}
"""


if __name__ == "__main__":
    found = load_modules()
    sys.stdout.write(format_measures(found))
    if "--tighten" in sys.argv:
        tighten(found)
