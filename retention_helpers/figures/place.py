"""Where a label may stand: beside its own line, clear of the others and of what is already written."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .canvas import Box

_STEP = 2.0  # px between the columns in which bands are looked at
_GAP = 5.0
_FARTHER = (0.0, 13.0, 26.0)  # px a label may stand off its line when the nearest place is taken


@dataclass(frozen=True)
class Ribbon:
    """A drawn line with its band, in pixels: per point the x, the upper and the lower edge."""

    xs: Sequence[float]
    upper: Sequence[float]
    lower: Sequence[float]

    def reach(self, left: float, right: float) -> tuple[float, float]:
        """Highest and lowest pixel of the ribbon between two x; NaN where it is not drawn."""
        columns = np.arange(left, right + _STEP, _STEP)
        upper = np.interp(columns, self.xs, np.asarray(self.upper, dtype=float), left=np.nan, right=np.nan)
        lower = np.interp(columns, self.xs, np.asarray(self.lower, dtype=float), left=np.nan, right=np.nan)
        if not np.isfinite(upper).any():
            return float("nan"), float("nan")
        return float(np.nanmin(upper)), float(np.nanmax(lower))

    def clearance(self, box: Box) -> float:
        """Free pixels between the ribbon and a box, up or down; negative where they touch."""
        upper, lower = self.reach(box.left, box.right)
        if np.isnan(upper):
            return float("inf")
        return max(upper - box.bottom, box.top - lower)


@dataclass
class Labels:
    """The labels of one plot, placed one after the other."""

    area: Box
    ribbons: Sequence[Ribbon]
    taken: list[Box] = field(default_factory=list)

    def beside(self, ribbon: Ribbon, size: tuple[float, float], lefts: Sequence[float]) -> Box | None:
        """The freest box above or below ``ribbon``, starting at one of ``lefts``; None where all collide.

        The first of ``lefts`` is preferred: a later one must be clearly freer.
        """
        best, best_score = None, float("-inf")
        for order, left in enumerate(lefts):
            for box in self._both_sides(ribbon, Box(left, 0, *size)):
                score = min(self._freedom(box, ribbon), 24.0) - order - ribbon.clearance(box)
                if score > best_score and self._is_free(box, ribbon):
                    best, best_score = box, score
        if best is not None:
            self.taken.append(best)
        return best

    def _both_sides(self, ribbon: Ribbon, box: Box) -> list[Box]:
        upper, lower = ribbon.reach(box.left, box.right)
        if np.isnan(upper):
            return []
        above = [upper - _GAP - box.height - farther for farther in _FARTHER]
        below = [lower + _GAP + farther for farther in _FARTHER]
        return [Box(box.left, top, box.width, box.height) for top in (*above, *below)]

    def _freedom(self, box: Box, own: Ribbon) -> float:
        return min((ribbon.clearance(box) for ribbon in self.ribbons if ribbon is not own), default=float("inf"))

    def _is_free(self, box: Box, own: Ribbon) -> bool:
        inside = (
            box.left >= self.area.left
            and box.right <= self.area.right
            and box.top >= self.area.top
            and box.bottom <= self.area.bottom
        )
        return inside and self._freedom(box, own) >= 1 and not any(box.overlaps(other) for other in self.taken)


def spread(middles: Sequence[float], height: float, bounds: tuple[float, float]) -> list[float]:
    """Move labels at the same x up and down until each has its own ``height``, keeping their order.

    >>> spread([100, 104], 16, (0, 200))
    [94.0, 110.0]
    """
    order = sorted(range(len(middles)), key=lambda index: middles[index])
    moved = [float(middles[index]) for index in order]
    for _ in range(50):
        for index in range(len(moved) - 1):
            lack = height - (moved[index + 1] - moved[index])
            if lack > 1e-9:
                moved[index] -= lack / 2
                moved[index + 1] += lack / 2
        moved = [min(max(value, bounds[0]), bounds[1]) for value in moved]
    result = [0.0] * len(moved)
    for index, value in zip(order, moved, strict=True):
        result[index] = round(value, 2)
    return result
