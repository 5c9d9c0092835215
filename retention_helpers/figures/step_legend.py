"""The legend of a stepped colour scale: seven fields with their cut points."""

from dataclasses import dataclass

from retention_helpers.words import Words

from .canvas import MUTED, Box, Canvas, Ink
from .measure import fit
from .theme import STEPS
from .unit import Unit, tick_digits

HEIGHT = 50


@dataclass(frozen=True)
class StepWords:
    """What the colours stand for, and how the cut points are written."""

    title: str
    unit: Unit
    words: Words


def draw_steps(canvas: Canvas, box: Box, cuts: tuple[float, ...], said: StepWords) -> None:
    """Title, seven fields as wide as ``box``, and under each border the value at which the next colour begins."""
    percent = said.unit in ("percent", "points")
    title = f"{said.title}, %" if percent else said.title
    canvas.text(box.left, box.top, fit(title, canvas.width - box.left), MUTED)
    width, top = box.width / STEPS, box.top + 12
    digits = tick_digits(list(cuts), said.unit)
    for step in range(STEPS):
        canvas.rect(Box(box.left + step * width, top, width - 1, 10), f"step-{step}")
    for index, cut in enumerate(cuts):
        text = said.words.number(cut * 100 if percent else cut, digits)
        canvas.text(box.left + (index + 1) * width - 0.5, top + 20, text, Ink("muted", 11, align="center"))
