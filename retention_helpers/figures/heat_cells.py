"""Cells coloured in seven steps: seaborn's heat map on a part of the sheet."""

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap

from .canvas import Box, Canvas
from .cut_points import step_of
from .theme import STEPS, light, steps


def draw_cells(canvas: Canvas, area: Box, values: np.ndarray, hidden: np.ndarray, cuts: tuple[float, ...]) -> None:
    """Colour each cell of ``area`` by the step of its value; hidden ones stay paper."""
    if hidden.all():
        return
    import seaborn  # here, because it takes seconds to load

    axes = canvas.axes(area)
    seaborn.heatmap(
        np.vectorize(lambda value: step_of(value, cuts))(np.nan_to_num(values)),
        mask=hidden,
        ax=axes,
        cmap=ListedColormap(steps()),
        norm=BoundaryNorm(np.arange(STEPS + 1) - 0.5, STEPS),
        cbar=False,
        linewidths=2,
        linecolor=light("bg"),
        xticklabels=False,
        yticklabels=False,
    )
    axes.axis("off")
    axes.collections[0].set_clip_on(False)
