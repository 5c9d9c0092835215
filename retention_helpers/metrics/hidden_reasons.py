"""How much of who joins may hide in an effect: the room that its interval leaves on both sides."""

import numpy as np
from numpy.typing import NDArray

from .intervals import Floats
from .trials import CHOSEN_MONTHS

# Chosen on simulated shops with seeds of their own: a third of the run-up is left in the effect where customers join
# at a turn in life that nobody sees, a seventh where they join in a good spell.
GAP_LEFT = 0.05  # of the selection that was removed
RUN_UP_LEFT = 0.25  # of what joiners did more than usual before joining


def room_for_hidden_reasons(removed: float, months: NDArray[np.int64], difference: Floats) -> float:
    """The outcome a month that hidden reasons may have left in an effect.

    ``removed``: naive gap minus effect. ``months`` (P,) before joining and ``difference`` (P,), joiners minus controls
    off their own level: whoever joins because of a good spell shows it in the months shortly before. Month -1 is left
    out: it ends with the order that both start from, and controls are drawn by their orders.

    >>> float(round(room_for_hidden_reasons(1.0, np.array([-4, -3, -2, -1]), np.array([0.9, 0.1, 0.4, 0.9])), 3))
    0.15

    After Rambachan and Roth (2023), Review of Economic Studies 90, 2555-2591: deviations after the start are bounded by
    a multiple of those before it.
    """
    shortly = (months >= -CHOSEN_MONTHS) & (months < -1)
    run_up = float(np.abs(difference[shortly]).max(initial=0.0))
    return GAP_LEFT * abs(removed) + RUN_UP_LEFT * run_up
