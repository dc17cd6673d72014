"""Estimation of correlations from noisy sums, by empirical Bayes shrinkage.

The observed correlations are shrunk twice: to published anthropometry where it exists, and to a factor
model of all measurements. Each shrinkage weighs the known variance of a correlation against the
variance around the prior, which is estimated from the data. Only the factor model, which is fitted with
the weight of each pair, spreads the noise of one pair over others.
"""

import math
from dataclasses import dataclass

import numpy as np

from dressform.opendata.pairs import Pairs
from dressform.opendata.sums import Floats

_MAX_FACTORS = 5
_PARAMETER_COST = 3
"""The cost of a parameter in the model selection criterion; Akaike's is 2."""
_MAX_ITERATIONS = 80
_TOLERANCE = 1e-3
_MAX_LOADING_NORM = 0.995
"""The largest norm of a measurement's loadings, which leaves it a unique variance."""
_MIN_DEVIATION_FROM_PUBLISHED = 0.05
"""The assumed least deviation from published correlations, which are those of soldiers."""
_MIN_DEVIATION_FROM_FACTORS = 0.02
"""The assumed least deviation from a factor model."""
_CLIPPING_ITERATIONS = 4
_CLIPPING_RELATIVE_ERROR = 0.3
"""The relative error of the clipping bias, since bodies are not normally distributed."""


@dataclass(frozen=True, slots=True)
class _Estimates:
    correlations: Floats
    variance: Floats


def estimate_correlations(pairs: Pairs, published: Floats) -> tuple[Floats, Floats]:
    """Return a valid correlation matrix, and the standard error of each correlation.

    `published` has the published correlations, and NaN where there is none.
    """
    told, variance = pairs.correlations()
    clipped = np.zeros_like(told)
    for _ in range(_CLIPPING_ITERATIONS):
        found = _estimate_once(told - clipped, variance, published)
        clipped = pairs.estimate_clipping_bias(_nearest_correlation_matrix(found.correlations))
    error = np.sqrt(found.variance + (_CLIPPING_RELATIVE_ERROR * clipped) ** 2)
    np.fill_diagonal(error, 0.0)
    return _nearest_correlation_matrix(found.correlations), error


def _estimate_once(told: Floats, variance: Floats, published: Floats) -> _Estimates:
    nearer = _shrink_to_published(told, variance, published)
    factors, numbers = _fit_factors(nearer.correlations, nearer.variance)
    # The fit contains a share of the noise: the number of parameters over the number of pairs.
    leverage = min(numbers / len(_upper_triangle(told)), 1.0)
    off = _upper_triangle(nearer.correlations - factors) ** 2 - (1 - leverage) * _upper_triangle(
        nearer.variance
    )
    between = _estimate_prior_variance(
        off, _upper_triangle(nearer.variance), least=_MIN_DEVIATION_FROM_FACTORS
    )
    found = _shrink(nearer, factors, between)
    followed = 1 - found.variance / nearer.variance
    return _Estimates(found.correlations, found.variance + leverage * nearer.variance * followed**2)


def _shrink_to_published(told: Floats, variance: Floats, published: Floats) -> _Estimates:
    """Return the estimates, shrunk where a published correlation exists."""
    known = ~np.isnan(published)
    prior = np.where(known, published, told)
    here = _upper_triangle(known)
    off = (_upper_triangle(told - prior) ** 2 - _upper_triangle(variance))[here]
    between = _estimate_prior_variance(
        off, _upper_triangle(variance)[here], least=_MIN_DEVIATION_FROM_PUBLISHED
    )
    found = _shrink(_Estimates(told, variance), prior, between)
    return _Estimates(found.correlations, np.where(known, found.variance, variance))


def _estimate_prior_variance(off: Floats, variance: Floats, *, least: float) -> float:
    """Return the variance of correlations around a prior: the mean square beyond their noise.

    This is the empirical Bayes estimate of Fay and Herriot (1979).
    """
    if not off.size:
        return least**2
    return max(least**2, float(np.average(off, weights=1 / variance**2)))


def _shrink(told: _Estimates, prior: Floats, between: float) -> _Estimates:
    weight = 1 / told.variance + 1 / between
    found = (told.correlations / told.variance + prior / between) / weight
    return _Estimates(found, 1 / weight)


def _upper_triangle(square: Floats) -> Floats:
    """Return the entries above the diagonal, one per pair."""
    return np.asarray(square[np.triu_indices(len(square), 1)])


def _fit_factors(told: Floats, variance: Floats) -> tuple[Floats, int]:
    """Return the correlations of the best factor model, and its number of parameters."""
    best, fitted, cost = np.eye(len(told)), 0, math.inf
    for factors in range(1, min(_MAX_FACTORS, len(told) - 1) + 1):
        fit = _fit_loadings(told, variance, factors)
        numbers = factors * len(told) - factors * (factors - 1) // 2
        worth = (
            float((_upper_triangle(told - fit) ** 2 / _upper_triangle(variance)).sum())
            + _PARAMETER_COST * numbers
        )
        if worth > cost:
            break  # Another factor costs more than it explains.
        best, fitted, cost = fit, numbers, worth
    return best, fitted


def _fit_loadings(told: Floats, variance: Floats, factors: int) -> Floats:
    """Return the correlations of a weighted factor model with so many factors.

    The loadings are fitted by least squares for one measurement after the other (minres: Harman and
    Jones, 1966), with a ridge penalty of 1.
    """
    weight = 1 / variance
    np.fill_diagonal(weight, 0.0)
    start = np.clip(told, -1, 1)
    np.fill_diagonal(start, 1.0)
    values, vectors = np.linalg.eigh(start)
    loadings = vectors[:, -factors:] * np.sqrt(np.maximum(values[-factors:], 0.05))
    for _ in range(_MAX_ITERATIONS):
        before = loadings.copy()
        for place, by in enumerate(weight):
            weighted = loadings * by[:, None]
            normal = weighted.T @ loadings + np.eye(factors)
            found = np.linalg.solve(normal, weighted.T @ told[place])
            loadings[place] = found * min(
                1, _MAX_LOADING_NORM / max(float(np.linalg.norm(found)), 1e-9)
            )
        if np.abs(loadings - before).max() < _TOLERANCE:
            break
    return np.asarray(loadings @ loadings.T)


def _nearest_correlation_matrix(found: Floats) -> Floats:
    """Return a correlation matrix close to `found`: negative eigenvalues are raised to 1e-6."""
    found = np.clip(found, -1, 1)
    np.fill_diagonal(found, 1.0)
    values, vectors = np.linalg.eigh(found)
    raised = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    length = np.sqrt(np.diag(raised))
    return np.asarray(raised / np.outer(length, length))
