"""`privacy.json`: the privacy guarantee and its parameters."""

from collections.abc import Mapping
from typing import Any

from dressform.opendata.budget import (
    GATE_RHO,
    MAX_COUNTS,
    RHO,
    advantage,
    epsilon,
    list_shares,
    mu,
    round_up,
)
from dressform.opendata.codebook import FLAGS, MIN_FLAG_COUNT
from dressform.opendata.draws import CombinedDraws
from dressform.opendata.files.edition_info import EditionInfo, File
from dressform.opendata.files.json_text import json_text

_DELTAS = (1e-6, 1e-9)
_NOT_COVERED = (
    "Which of two bodies an account gave, rather than whether it gave: of that rho is 0.139 at most.",
    "Several accounts of one person: each is protected by itself.",
    "What follows for anyone from how people in general are built, whether they contributed or not.",
    "That a person has an account, or agreed to contribute: the service knows and keeps that.",
    "Rare bodies: noise and bounds smooth them away, so that the tables say little about them.",
    "Whether members are like other people: they chose to join, and to contribute.",
)


def describe_guarantee(combined: CombinedDraws) -> Mapping[str, Any]:
    return {
        "unit": "An account, for its whole life: at most one model of it is in at most one draw.",
        "neighbours": "All accounts with and without that one.",
        "mechanism": "Exact discrete Gaussian noise (OpenDP) on sums of whole numbers; all else is "
        "worked out from the noisy sums.",
        "definition": "Zero-concentrated differential privacy",
        "rho": RHO,
        "mu": round_up(mu(), 4),
        "advantage": round_up(advantage(), 4),
        "epsilon_delta": [
            {"epsilon": round_up(epsilon(delta), 4), "delta": delta} for delta in _DELTAS
        ],
        "gate": {
            "least_contributors": combined.codebook.gate,
            "least_contributors_of_a_flag": MIN_FLAG_COUNT,
            "mechanism": "Discrete Gaussian noise on the count of those who agreed, of each flag apart",
            "rho_each_time": GATE_RHO,
            "most_times": MAX_COUNTS,
        },
        "flags": {
            flag: {"taken": flag in combined.taken, "shown": flag in combined.shown}
            for flag in FLAGS
        },
        "sums": _describe_sums(combined),
        "codebook": {
            "name": combined.codebook.name,
            "version": combined.codebook.version,
            "file": "codebook.json",
            "from_the_data": False,
            "measurements": len(combined.codebook.items),
            "most_measurements_of_an_account": combined.codebook.max_values,
            "norm": combined.codebook.norm,
        },
        "not_covered": list(_NOT_COVERED),
    }


def _describe_sums(combined: CombinedDraws) -> Mapping[str, Any]:
    """Describe the noise: for one draw per sum, for several draws per sum and flag."""
    if len(combined.years) > 1:
        return {
            name: {
                "sigma": {
                    flag: round(float(sigmas[FLAGS.index(flag)]), 4) for flag in combined.taken
                }
            }
            for name, sigmas in combined.sigmas.items()
        }
    return {
        name: {
            "sensitivity": round(share.sensitivity, 4),
            "rho": share.rho,
            "sigma": round(share.sigma, 4),
        }
        for name, share in list_shares(combined.codebook).items()
    }


def build_privacy(info: EditionInfo) -> File:
    content = {
        "edition": info.edition,
        "years": list(info.years),
        "published": info.day,
        "contributors_with_noise": info.count,
        **info.privacy,
        "code": {"name": "dressform", "version": info.version},
    }
    return File("privacy.json", "application/json", "The guarantee", json_text(content))
