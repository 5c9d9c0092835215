"""Integrals of smooth functions up to many points, for the price of a few values: Chebyshev series."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.polynomial.chebyshev import chebint, chebinterpolate, chebpts1, chebval

from .intervals import Floats

DEGREES = (24, 48, 96, 192)
LEFT = 1e-11  # of the mean height up to a point: what each of the last terms may still add to it


def integrals(functions: Callable[[Floats], Floats], ends: Floats, which: np.ndarray) -> Floats:
    """The integrals of functions above 0, from 0 to each of the ``ends``, to nine digits; missing where they are not.

    The ``functions`` take points of their own, shape (points, functions), and give their values. Each column of
    ``ends``, shape (rows, columns), asks for the function of its place in ``which``, shape (columns,). A function whose
    last terms still count at every degree, or that has a missing value, is taken to have no answer: all columns that
    ask for it are missing. The others keep theirs.
    """
    longest = np.ones(which.max(initial=-1) + 1)
    np.maximum.at(longest, which, ends.max(axis=0, initial=0.0))

    found, is_open = np.full(ends.shape, np.nan), np.ones(longest.size, dtype=bool)
    for degree in DEGREES:
        points, to_terms, to_areas, to_means = _series(degree)
        terms = to_terms @ (longest / 2 * functions(longest / 2 * (1 + points[:, None])))
        # A function keeps the first degree at which it has settled: rounding grows with the degree.
        settles = is_open & (np.abs(terms[-3:]).max(axis=0) <= LEFT * (to_means @ terms).min(axis=0))
        these = settles[which]
        place = which[these]
        areas = (to_areas @ terms)[:, place]
        found[:, these] = chebval(2 * ends[:, these] / longest[place] - 1, areas, tensor=False)
        is_open &= ~settles
        if not is_open.any():
            break
    return found


@cache
def _series(degree: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Points of a series from -1 to 1, and the matrices that make of the heights there its terms, of these the terms of
    its integral, and the mean heights from -1 up to a grid of points."""
    points, each = chebpts1(degree + 1), np.eye(degree + 1)
    to_areas = chebint(each, lbnd=-1)
    grid = np.linspace(-1, 1, degree)[1:]
    return points, chebinterpolate(lambda _: each, degree), to_areas, chebval(grid, to_areas).T / (1 + grid[:, None])
