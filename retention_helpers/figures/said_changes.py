"""What is said of a value that has an interval and two changes: a headline by the change, and the sentence under it."""

from collections.abc import Mapping
from dataclasses import dataclass

from retention_helpers.periods import Period
from retention_helpers.words import MISSING, Words

from .kpis import direction
from .unit import Unit, is_missing, write, write_difference

_SINCE = (("change", 1), ("last_year_change", 12))


@dataclass(frozen=True)
class Wordings:
    """Four full sentences with ``{value}``: it rose, it fell, no reliable change, nothing to compare with."""

    up: str
    down: str
    flat: str
    alone: str


@dataclass(frozen=True)
class Value:
    """One value of a table's row: its column, how it is written, and what its columns of change begin with."""

    column: str
    unit: Unit
    digits: int | None = None
    prefix: str = ""

    def text(self, row: Mapping, words: Words, end: str = "") -> str:
        return write(row[self.column + end], self.unit, words, self.digits)


def headline(row: Mapping, value: Value, wordings: Wordings, words: Words) -> str:
    """By the change against the month before; where that month is not known, against the same month last year."""
    known = [name for name, _ in _SINCE if not is_missing(row[value.prefix + name])]
    text = wordings.alone
    if known:
        change = value.prefix + known[0]
        texts = {"up": wordings.up, "down": wordings.down, "flat": wordings.flat}
        text = texts[direction(row[f"{change}_low"], row[f"{change}_high"])]
    return words.say(text, value=value.text(row, words))


def sentence(row: Mapping, value: Value, words: Words, *, period: str) -> str:
    """The value with its interval, then each change that is known, with its own."""
    month = Period.parse(period)
    interval = _interval(value.text(row, words, "_low"), value.text(row, words, "_high"), words)
    said = [
        words.say(
            "{value} in {month} ({interval}).",
            value=value.text(row, words),
            month=words.month(period),
            interval=interval,
        )
    ]
    for name, months in _SINCE:
        change = value.prefix + name
        if not is_missing(row[change]):
            low, high = (write_difference(row[change + end], value.unit, words) for end in ("_low", "_high"))
            said.append(
                words.say(
                    "Against {month} ({value}): {change} ({interval}).",
                    month=words.month((month - months).label),
                    value=write(row[value.column] - row[change], value.unit, words, value.digits),
                    change=write_difference(row[change], value.unit, words),
                    interval=_interval(low, high, words),
                )
            )
    return " ".join(said)


def _interval(low: str, high: str, words: Words) -> str:
    if MISSING in (low, high):
        return words.say("no interval known")
    return words.say("95% interval {low} to {high}", low=low, high=high)


def write_change(row: Mapping, name: str, unit: Unit, words: Words) -> str:
    """A change of a row with its interval, all signed, the unit said once; the change alone where it is missing."""
    change = write_difference(row[name], unit, words)
    if any(is_missing(row[name + end]) for end in ("", "_low", "_high")):
        return change
    scale = 100 if unit == "percent" else 1
    low, high = (write_difference(row[name + end] * scale, "number", words) for end in ("_low", "_high"))
    return f"{change} ({low} – {high})"
