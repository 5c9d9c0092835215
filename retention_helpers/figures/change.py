"""A change as it is written beside its value: better, worse, or within noise, by its interval."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from retention_helpers.words import Words

from .columns import numbers
from .unit import Unit, is_missing, write_difference

Better = Literal["up", "down", "neither"]
Kind = Literal["up", "down", "flat"]

_INKS = {"up": "accent", "down": "warn"}


@dataclass(frozen=True)
class Change:
    """One change in words: ``ink`` is its colour token, ``word`` says for those who see no colour what it means."""

    text: str
    ink: str
    word: str

    def spoken(self, words: Words) -> str:
        """The change as the data table has it."""
        return words.say("{change} ({meaning})", change=self.text, meaning=self.word) if self.word else self.text


def verdict(better: Better, interval: tuple[float, float] | None, words: Words) -> tuple[Kind, str, str]:
    """Whether a change is better (up), worse (down) or says nothing (flat); its arrow; and the word for both.

    >>> verdict("down", (0.1, 0.3), Words("en")), verdict("up", (-0.1, 0.3), Words("en"))
    (('down', '▲', 'worse'), ('flat', '≈', 'within noise'))
    """
    if interval is None:
        return "flat", "", words.say("no interval known")
    low, high = interval
    if low <= 0 <= high:
        return "flat", "≈", words.say("within noise")
    rose = low > 0
    arrow = "▲" if rose else "▼"
    if better == "neither":
        return "flat", arrow, words.say("more") if rose else words.say("less")
    is_better = rose == (better == "up")
    return ("up", arrow, words.say("better")) if is_better else ("down", arrow, words.say("worse"))


def read_changes(frame: pd.DataFrame, name: str, better: str, unit: Unit, words: Words) -> list[Change | None]:
    """The changes in column ``name`` with their ``<name>_low`` and ``<name>_high``; None where there is none.

    ``better`` is a column that says per row whether ``up`` or ``down`` is better; without it, or where it says neither,
    a reliable change is dark, not coloured. A change within noise, or without an interval, is grey.
    """
    sides = frame[better] if better in frame.columns else ["neither"] * len(frame)
    columns = (numbers(frame, name), numbers(frame, f"{name}_low"), numbers(frame, f"{name}_high"), sides)
    return [
        None if is_missing(change) else read_change(change, (low, high), side, unit, words)
        for change, low, high, side in zip(*columns, strict=True)
    ]


def read_change(change: float, interval: tuple[float, float], better: object, unit: Unit, words: Words) -> Change:
    """One known change; its interval may be missing, and ``better`` anything but up and down means neither."""
    known = not any(is_missing(edge) for edge in interval)
    side = better if better in ("up", "down") else "neither"
    kind, arrow, word = verdict(side, interval if known else None, words)
    text = write_difference(change, unit, words)
    if not known:
        return Change(text, "muted", "")
    if kind == "flat" and arrow != "≈":
        return Change(text, "ink", word)
    return Change(f"{arrow} {text}", _INKS.get(kind, "muted"), word)
