"""Controls may join later: what they then gain is taken off, month by month, with what was learnt of earlier months."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .intervals import Floats


@dataclass(frozen=True)
class Month:
    """A month after the start: joiners minus controls, and which controls had joined by its end."""

    difference: float
    influence: Floats  # (customers,)
    weight: Floats  # (n,) of the controls seen in it, sums to 1
    joins_after: Floats  # (n,) months from their start to their own joining, endless where never


def purged(months: Sequence[Month]) -> tuple[Floats, Floats]:
    """The effect in month 1, 2, ... after joining had no control joined, (H,), and its influence (H, customers).

    A control that joins in month k, a fraction f of it gone, is in month e a member of its month e - k for f of it and
    of its month e - k + 1 for the rest. So effect(e) = difference(e) + what the effects of months up to e gave the
    controls, solved from month 1 on; the shares of controls are taken as known.

    >>> nobody = np.array([1.0]), np.array([np.inf])
    >>> everybody = np.array([1.0]), np.array([1.0])
    >>> first, second = Month(2.0, np.zeros(1), *nobody), Month(1.0, np.zeros(1), *everybody)
    >>> purged([first, second])[0].tolist()  # the control was a member for all of month 2: it gained 2
    [2.0, 3.0]
    """
    effect: list[float] = []
    influence: list[Floats] = []
    for number, month in enumerate(months, start=1):
        total, each, own = month.difference, month.influence.copy(), 0.0
        for k in range(1, number + 1):
            joins = (month.joins_after > k - 1) & (month.joins_after <= k)
            gone = (month.joins_after[joins] - (k - 1)) @ month.weight[joins]
            parts = {number - k: gone, number - k + 1: month.weight[joins].sum() - gone}
            for since, share in parts.items():
                if since == number:
                    own += share
                elif since > 0:
                    total += share * effect[since - 1]
                    each += share * influence[since - 1]
        effect.append(total / (1 - own))
        influence.append(each / (1 - own))
    return np.array(effect), np.array(influence)
