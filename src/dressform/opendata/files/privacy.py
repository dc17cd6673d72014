"""`privacy.json`: what can be told of anybody who contributed, and by what that is so."""

from collections.abc import Mapping
from typing import Any

from dressform.opendata.budget import GATE_RHO, MOST_COUNTS, RHO, advantage, epsilon, mu, shares, up
from dressform.opendata.codebook import FEWEST, FLAGS
from dressform.opendata.draws import Together
from dressform.opendata.files.about import About, File
from dressform.opendata.files.text import json_text

_DELTAS = (1e-6, 1e-9)
_NOT_COVERED = (
    "Which of two bodies an account gave, rather than whether it gave: of that rho is 0.139 at most.",
    "Several accounts of one person: each is protected by itself.",
    "What follows for anyone from how people in general are built, whether they contributed or not.",
    "That somebody has an account, or agreed to contribute: the service knows and keeps that.",
    "Rare bodies: noise and bounds smooth them away, so that the tables say little about them.",
    "Whether members are like anybody else: they chose to join, and to contribute.",
)


def guarantee(drawn: Together) -> Mapping[str, Any]:
    return {
        "unit": "An account, for its whole life: at most one model of it is in at most one draw.",
        "neighbours": "All accounts with and without that one.",
        "mechanism": "Exact discrete Gaussian noise (OpenDP) on sums of whole numbers; all else is "
        "worked out from the noisy sums.",
        "definition": "Zero-concentrated differential privacy",
        "rho": RHO,
        "mu": up(mu(), 4),
        "advantage": up(advantage(), 4),
        "epsilon_delta": [{"epsilon": up(epsilon(delta), 4), "delta": delta} for delta in _DELTAS],
        "gate": {
            "least_contributors": drawn.codebook.gate,
            "least_contributors_of_a_flag": FEWEST,
            "mechanism": "Discrete Gaussian noise on the count of those who agreed, of each flag apart",
            "rho_each_time": GATE_RHO,
            "most_times": MOST_COUNTS,
        },
        "flags": {
            flag: {"taken": flag in drawn.taken, "shown": flag in drawn.shown} for flag in FLAGS
        },
        "sums": _sums(drawn),
        "codebook": {
            "name": drawn.codebook.name,
            "version": drawn.codebook.version,
            "file": "codebook.json",
            "from_the_data": False,
            "measurements": len(drawn.codebook.items),
            "most_measurements_of_an_account": drawn.codebook.most,
            "norm": drawn.codebook.norm,
        },
        "not_covered": list(_NOT_COVERED),
    }


def _sums(drawn: Together) -> Mapping[str, Any]:
    """The noise of one draw; in several added up, variances have been added, too: by the flag."""
    if len(drawn.years) > 1:
        return {
            name: {
                "sigma": {flag: round(float(sigmas[FLAGS.index(flag)]), 4) for flag in drawn.taken}
            }
            for name, sigmas in drawn.sigmas.items()
        }
    return {
        name: {
            "sensitivity": round(share.sensitivity, 4),
            "rho": share.rho,
            "sigma": round(share.sigma, 4),
        }
        for name, share in shares(drawn.codebook).items()
    }


def privacy(about: About) -> File:
    content = {
        "edition": about.edition,
        "years": list(about.years),
        "published": about.day,
        "contributors_with_noise": about.count,
        **about.privacy,
        "code": {"name": "dressform", "version": about.version},
    }
    return File("privacy.json", "application/json", "The guarantee", json_text(content))
