"""KPI cards: the value, how it came about, and whether its two changes are more than chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from retention_helpers.periods import Period
from retention_helpers.words import Words

from .change import Better, Kind, verdict
from .columns import numbers, require
from .markup import clean, element, escape
from .spark import sparkline
from .target_words import against_target
from .unit import Unit, is_missing, write


@dataclass(frozen=True)
class CardText:
    """What a card says about one KPI of the table.

    kpi: its id in the table. name, description: the reader's words. unit: rates are compared in percentage points,
    everything else in per cent of the earlier value. better: which direction is good; "neither" colours no change.
    """

    kpi: str
    name: str
    unit: Unit = "percent"
    description: str = ""
    better: Better = "up"


@dataclass(frozen=True)
class Delta:
    """One comparison as written on a card. kind: up = better, down = worse, flat = within noise or not known."""

    kind: Kind
    arrow: str
    text: str
    noise: str
    label: str
    word: str


@dataclass(frozen=True)
class Card:
    """One card, all texts formatted but not escaped. ``target`` is a level for the small line, or None."""

    kpi: str
    name: str
    value: str
    description: str
    deltas: tuple[Delta, ...]
    series: tuple[float, ...]
    target: float | None = None

    def html(self) -> str:
        deltas = "".join(_delta_html(delta) for delta in self.deltas)
        return (
            f'<li class="card">{element("h3", self.name)}{element("p", self.value, f"val n{len(self.value)}")}'
            f"{sparkline(self.series, self.target)}"
            f'<ul class="deltas">{deltas}</ul>{element("p", self.description, "desc")}</li>'
        )

    def text(self) -> str:
        changes = "; ".join(" ".join(part for part in (d.text, d.noise, d.label, d.word) if part) for d in self.deltas)
        return clean(f"{self.name}: {self.value}" + (f" ({changes})" if changes else ""))


@dataclass(frozen=True)
class Cards:
    """The row of cards at the head of a report."""

    cards: tuple[Card, ...]
    note: str

    def html(self) -> str:
        items = "".join(card.html() for card in self.cards)
        return f'<ul class="cards">{items}</ul>{element("p", self.note, "foot")}'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": "\n".join(card.text() for card in self.cards)}


def kpi_cards(
    frame: pd.DataFrame,
    words: Words,
    *,
    period: str,
    texts: Sequence[CardText],
    series: Mapping[str, Sequence[float]] | None = None,
) -> Cards:
    """What changed since last month and since the same month last year, and how sure are we?

    A change is better or worse only when its whole interval lies on one side of zero; else it is grey and marked
    "≈ within noise". Without an interval nothing is claimed: the change is grey. A target is judged by the interval of
    the value, and is said below the changes.

    Columns needed: ``kpi``, ``value``. Optional (missing where absent): ``previous``, ``change``, ``change_low``,
    ``change_high``, ``last_year``, ``last_year_change``, ``last_year_change_low``, ``last_year_change_high``, ``low``,
    ``high``, ``target``, ``target_side``, ``target_verdict`` (see `metrics.kpi_targets`); changes are absolute, in the
    unit of the value (rates 0..1). ``period`` is the month reported ('YYYY-MM'), ``series`` the values per KPI, oldest
    first, the last one the month reported. A KPI that the table lacks shows a missing value.
    """
    require(frame, ["kpi", "value"], "kpi cards")
    rows = {str(kpi): index for index, kpi in enumerate(frame["kpi"])}
    values = {name: list(numbers(frame, name)) for name in _COLUMNS}
    values |= {name: list(frame[name]) for name in _JUDGED if name in frame}
    cards = []
    for said in texts:
        row = {name: column[rows[said.kpi]] if said.kpi in rows else None for name, column in values.items()}
        deltas = [*(_delta(said, row, since, Period.parse(period), words) for since in _SINCE), _aim(said, row, words)]
        cards.append(
            Card(
                kpi=said.kpi,
                name=said.name,
                value=write(row["value"], said.unit, words),
                description=said.description,
                deltas=tuple(delta for delta in deltas if delta is not None),
                series=tuple((series or {}).get(said.kpi, ())),
                target=None if is_missing(row["target"]) else float(row["target"]),
            )
        )
    note = words.say("± is a 95% interval of the change. ≈ within noise: the interval holds no change.")
    return Cards(tuple(cards), note)


# earlier value, change, months back
_SINCE = (("previous", "change", 1), ("last_year", "last_year_change", 12))
_JUDGED = ("target_side", "target_verdict")
_COLUMNS = (
    "value",
    "low",
    "high",
    "target",
    *(column for before, change, _ in _SINCE for column in (before, change, f"{change}_low", f"{change}_high")),
)


def _delta(said: CardText, row: Mapping[str, float], since: tuple, period: Period, words: Words) -> Delta | None:
    before_name, change_name, months = since
    before, change = row[before_name], row[change_name]
    if is_missing(change) and not is_missing(before) and not is_missing(row["value"]):
        change = row["value"] - before
    if is_missing(change):
        return None
    low, high = row[f"{change_name}_low"], row[f"{change_name}_high"]
    known = not is_missing(low) and not is_missing(high)
    kind, arrow, word = verdict(said.better, (low, high) if known else None, words)
    text, half = _sizes(said.unit, change, (high - low) / 2 if known else None, before, words)
    label = words.say("vs {month}", month=words.month_short((period - months).label))
    return Delta(kind, arrow, text, f"±{half}" if half else "", label, word)


def _aim(said: CardText, row: Mapping[str, Any], words: Words) -> Delta | None:
    """How the KPI stands against its target, and between which values it lies: that is what decides."""
    if is_missing(row["target"]):
        return None
    target, low, high = (write(row[name], said.unit, words) for name in ("target", "low", "high"))
    kind, arrow, text, word = against_target(row["target_side"], row["target_verdict"], target, words)
    known = not is_missing(row["low"]) and not is_missing(row["high"])
    label = words.say("95% interval {low} to {high}", low=low, high=high) if known else ""
    return Delta(kind, arrow, text, "", label, word)


def _sizes(unit: Unit, change: float, half: float | None, before: float, words: Words) -> tuple[str, str]:
    """The change and half its interval: points for rates, per cent of the earlier value for all else."""
    if unit in ("percent", "points"):
        return words.points(change), "" if half is None else _unsigned(words.points(half))
    if is_missing(before) or before <= 0:
        sign = "+" if change > 0 else ""
        return sign + write(change, unit, words), "" if half is None else write(half, unit, words)
    return words.signed_percent(change / before), "" if half is None else words.percent(half / before)


def _unsigned(text: str) -> str:
    return text.lstrip("+±")


def _delta_html(delta: Delta) -> str:
    noise = f' <span class="unc">{escape(delta.noise)}</span>' if delta.noise else ""
    return (
        f'<li class="{delta.kind}"><span class="arrow" aria-hidden="true">{escape(delta.arrow)}</span> '
        f"<b>{escape(delta.text)}</b>{noise} "
        f'<span class="lab">{escape(delta.label)}</span><span class="vh">, {escape(delta.word)}</span></li>'
    )
