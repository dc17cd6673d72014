"""The text of the consent: never changed in silence, and whole in both languages."""

import hashlib
import json
import re
import subprocess
import sys
from importlib import resources

import pytest

from dressform.api.schemas.consents import ConsentTextRead
from dressform.opendata.consent import COMPATIBLE, CURRENT, VERSIONS

SHOWN = {
    "1": {
        "en": "02e4b6e02b929d3b62d146fc39877f939a8e160687e16edddf570b65b90cbe22",
        "fr": "dadefbd1bb45797ef9caf9747ae8f1ac5bf32dbcae718ebe63ab96713586b790",
    },
    "2": {
        "en": "cc9d47ff25794d46fe596547b85a85f1175ad8ff8323fbe2e319ca3674333160",
        "fr": "883d5f4b9fd2aebacdcf48bb2c25e7cbdccffd0970f8df7b4e72be7b476893d7",
    },
    "3": {
        "en": "3edeb4932c8af379c35662e241b1a30f1081a5baddf1c36c434c4b1354e131a7",
        "fr": "1be622e699b5d43b435ce789546ee8c999ce65a8e6c9f6dbad6b90fb76b6665f",
    },
}
"""Members agreed to these. Never change one: a changed text is another version, entered below it."""

SAID = {
    "off by default": ("unless you say yes", "tant que vous ne dites pas oui"),
    "one body of one model": (
        "one body, that of one model",
        "un seul corps, celui d'un seul modèle",
    ),
    "once": ("once in the life of this account", "une seule fois dans la vie de ce compte"),
    "chosen, or at random": ("at random", "au hasard"),
    "a removed choice": ("if you remove the one you chose", "si vous supprimez celui"),
    "of whom": ("an adult who agreed", "un adulte qui a accepté"),
    "counted by the flag": ("by whether the body has", "selon que le corps a des seins"),
    "waiting": ("waits for another year", "attend une autre année"),
    "noise": ("random noise", "bruit aléatoire"),
    "sums over fewer": ("may be over fewer", "peut donc porter sur moins"),
    "the guarantee": ("14.6 points", "14,6 points"),
    "against whom": ("of everybody else", "de toutes les autres personnes"),
    "several accounts": ("several accounts", "plusieurs comptes"),
    "withdrawing": ("withdraw at any time", "à tout moment"),
    "what stays": ("only inside the noisy sums", "seulement à l'intérieur des sommes bruitées"),
    "for ever": ("for ever (CC0 1.0)", "pour toujours (CC0 1.0)"),
}


def test_no_text_changes_without_its_version() -> None:
    found = {
        version["en"].version: {
            language: hashlib.sha256(text.text.encode()).hexdigest()
            for language, text in version.items()
        }
        for version in VERSIONS
    }

    assert found == SHOWN
    assert len(found) == len(VERSIONS)


def test_the_last_version_is_asked() -> None:
    assert VERSIONS[-1] == CURRENT
    assert [CURRENT["en"].version, CURRENT["fr"].version] == [list(SHOWN)[-1]] * 2


def test_an_agreement_to_a_text_that_promised_more_counts_no_longer() -> None:
    """The first said of each sum what is only true of all together; the second promised about 2,000."""
    assert COMPATIBLE == ("3",)
    assert CURRENT["en"].version in COMPATIBLE
    assert set(COMPATIBLE) <= set(SHOWN)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version["en"].version)
def test_a_version_is_whole_in_both_languages(version: dict[str, object]) -> None:
    assert set(version) == {"en", "fr"}
    file = json.loads(resources.files("dressform.opendata").joinpath("consent.json").read_text())
    for entry in file["versions"]:
        assert len(entry["texts"]["en"]) == len(entry["texts"]["fr"])
        assert len({*entry["texts"]["en"], *entry["texts"]["fr"]}) == 2 * len(entry["texts"]["en"])


@pytest.mark.parametrize("what", SAID)
def test_the_text_says_it_beforehand(what: str) -> None:
    english, french = SAID[what]

    assert english in CURRENT["en"].text
    assert french in CURRENT["fr"].text


def test_both_languages_name_the_same_numbers() -> None:
    english, french = (
        sorted(re.findall(r"\d+(?:\.\d)?", text))
        for text in (
            CURRENT["en"].text,
            CURRENT["fr"].text.replace("14,6", "14.6"),
        )
    )

    assert english == french
    assert set(english) == {"0", "1", "1.0", "14.6", "30", "100", "500"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_fits_what_the_api_says_of_it(language: str) -> None:
    told = ConsentTextRead.from_domain(CURRENT[language])

    assert hashlib.sha256(told.text.encode()).hexdigest() == told.sha256
    assert ConsentTextRead.model_validate_json(told.model_dump_json()) == told


def test_asking_needs_nothing_of_what_draws() -> None:
    asking = (
        "import sys, dressform.api.app; "
        "print(*sorted({'numpy', 'opendp', 'pyarrow'} & sys.modules.keys()))"
    )

    loaded = subprocess.run([sys.executable, "-c", asking], capture_output=True, check=True)

    assert loaded.stdout.split() == []
