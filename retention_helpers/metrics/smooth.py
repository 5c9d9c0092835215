"""Integrals of smooth functions up to many points, for the price of a few values: Chebyshev series."""

from collections.abc import Callable

import numpy as np
from numpy.polynomial.chebyshev import chebint, chebinterpolate, chebval

from .intervals import Floats

DEGREES = (24, 48, 96, 192)
LEFT = 1e-11  # of the mean height up to a point: what each of the last terms may still add to it


def integrals(functions: Callable[[Floats], Floats], ends: Floats, which: np.ndarray) -> Floats:
    """The integrals of functions above 0, from 0 to each of the ``ends``, to nine digits.

    The ``functions`` take points of their own, shape (points, functions), and give their values. Each column of
    ``ends``, shape (rows, columns), asks for the function of its place in ``which``, shape (columns,).
    """
    longest = np.ones(which.max(initial=-1) + 1)
    np.maximum.at(longest, which, ends.max(axis=0, initial=0.0))

    def heights(place: Floats) -> Floats:
        return longest / 2 * functions(longest / 2 * (1 + place[:, None]))

    for degree in DEGREES:
        terms = chebinterpolate(heights, degree)
        areas = chebint(terms, lbnd=-1)
        grid = np.linspace(-1, 1, degree)[1:]
        means = chebval(grid, areas) / (1 + grid)
        if (np.abs(terms[-3:]).max(axis=0) <= LEFT * means.min(axis=1)).all():
            break
    return chebval(2 * ends / longest[which] - 1, areas[:, which], tensor=False)
