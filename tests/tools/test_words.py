"""The vocabulary of `src`. The exceptions are in `words_allowed.json` and may only become fewer.

When one is no longer needed, `python -m tests.tools.words --tighten` removes it.
"""

import pytest

from tests.tools import words
from tests.tools.words import is_bare, is_fragment, load_allowed

MODULES = words.load_modules()


def test_no_function_is_named_by_one_participle_pronoun_or_preposition() -> None:
    assert words.list_bare_names(MODULES) == sorted(load_allowed()["names"])


def test_docstrings_are_sentences() -> None:
    found = words.count_fragments(MODULES)
    fragments = [line for module in MODULES for line in module.iter_fragments()]

    assert found == load_allowed()["fragments"], "\n".join(fragments)


def test_no_file_is_too_long() -> None:
    found = words.list_long_files(MODULES)
    allowed = load_allowed()["long_files"]

    assert found.keys() == allowed.keys()
    assert all(found[name] <= allowed[name] for name in found)


def test_no_module_lies_loose_at_the_root() -> None:
    assert words.list_loose_modules(MODULES) == []


@pytest.mark.parametrize("name", ["said", "_told", "opened", "running", "of", "at", "by", "who"])
def test_is_bare_of_a_lone_participle_pronoun_or_preposition(name: str) -> None:
    assert is_bare(name)


@pytest.mark.parametrize("name", ["read", "run", "list_due", "is_opened", "need", "__init__"])
def test_is_bare_of_a_verb(name: str) -> None:
    assert not is_bare(name)


@pytest.mark.parametrize("text", ["Of a row.", "who asks", "Whether it is.", "The rows.", "Made."])
def test_is_fragment_of_no_sentence(text: str) -> None:
    assert is_fragment(text, of_function=True)


@pytest.mark.parametrize("text", ["Return the rows.", "`open` a row.", "Tell whether it is."])
def test_is_fragment_of_a_sentence(text: str) -> None:
    assert not is_fragment(text, of_function=True)
