"""The KPIs of a month as a reader meets them: a finding in words, cards, and the parts that index and mail read."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

from retention_helpers.periods import Period
from retention_helpers.words import MISSING, Words

from .cards import Cards, CardText, kpi_cards
from .finding import Finding
from .unit import is_missing, write, write_difference
from .wordings import WORDINGS, Wording

Direction = Literal["up", "down", "flat"]

# On the cards, in this order; and whose finding may open the report.
CARDS = (
    "active_customers",
    "existing_retention_rate",
    "new_retention_rate",
    "churn_rate",
    "revenue",
    "average_order_value",
    "nrr",
    "repeat_customer_share",
)
OPENING = ("existing_retention_rate", "new_retention_rate", "revenue")


def direction(low: float, high: float) -> Direction:
    """Up or down when the interval of a change excludes zero; flat when it holds zero or an end is not known.

    >>> direction(0.01, 0.03), direction(-0.03, -0.01), direction(-0.01, 0.02), direction(0.01, float("nan"))
    ('up', 'down', 'flat', 'flat')
    """
    if is_missing(low) or is_missing(high):
        return "flat"
    return "up" if low > 0 else "down" if high < 0 else "flat"


def with_last_year(kpis: pd.DataFrame, year: pd.DataFrame) -> pd.DataFrame:
    """The month's KPIs with their change on the same month last year beside them.

    ``kpis`` and ``year`` are tables of `metrics.kpis`, against the month before and against twelve months before. Adds
    ``last_year_change``, ``last_year_change_low``, ``last_year_change_high``.
    """
    names = {name: f"last_year_{name}" for name in ("change", "change_low", "change_high")}
    return kpis.merge(year[["kpi", *names]].rename(columns=names), on="kpi", how="left")


def with_targets(kpis: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """The month's KPIs with their target and how it is judged beside them; missing where there is none.

    ``judged`` is a table of `metrics.kpi_targets.judge_targets`. Adds ``target``, ``target_side``, ``target_verdict``.
    """
    return kpis.merge(judged[["kpi", "target", "target_side", "target_verdict"]], on="kpi", how="left")


def kpi_finding(
    kpis: pd.DataFrame, kpi: str, words: Words, *, period: str, wordings: Mapping[str, Wording] = WORDINGS
) -> Finding:
    """What is said of one KPI: its headline by the interval of the change; value, comparison and interval in words.

    ``kpis`` is a table of `metrics.kpis`, or one of `with_last_year`; ``period`` its month, ``YYYY-MM``; ``wordings``
    where the KPI is not one of the month's. A KPI without a value says so.
    """
    rows = kpis.set_index("kpi")
    row = rows.loc[kpi].to_dict() if kpi in rows.index else {"value": float("nan")}
    wording = wordings[kpi]
    value = write(row["value"], wording.unit, words, wording.digits)
    if value == MISSING:
        name, month = words.say(wording.name), words.month(period)
        headline = words.say("{name}: not known for {month}", name=name, month=month)
        return Finding(kpi, headline, words.say("There is nobody to count it on."))
    texts = {"up": wording.up, "down": wording.down, "flat": wording.flat}
    headline = words.say(texts[direction(row["change_low"], row["change_high"])], value=value)
    return Finding(kpi, headline, " ".join(_sentences(row, wording, words, Period.parse(period))))


def kpi_findings(kpis: pd.DataFrame, words: Words, *, period: str, names: Sequence[str] = OPENING) -> list[Finding]:
    """`kpi_finding` of several KPIs: the sentences that open a report."""
    return [kpi_finding(kpis, name, words, period=period) for name in names]


def month_cards(kpis: pd.DataFrame, history: pd.DataFrame, names: Sequence[str], words: Words, *, period: str) -> Cards:
    """KPI cards of the named KPIs, then of others that have a target, with the last two years as a small line.

    ``kpis`` and ``history`` are the tables of `metrics.kpis`, the former with what `with_last_year` and `with_targets`
    add.
    """
    aimed_at = kpis.loc[kpis["target"].notna(), "kpi"] if "target" in kpis else ()
    texts = [
        CardText(
            kpi,
            words.say(WORDINGS[kpi].name),
            WORDINGS[kpi].unit,
            words.say(WORDINGS[kpi].meaning),
            "up" if WORDINGS[kpi].more_is_better else "down",
        )
        for kpi in dict.fromkeys((*names, *aimed_at))
    ]
    series = {kpi: rows["value"].tail(25).tolist() for kpi, rows in history.groupby("kpi")}
    return kpi_cards(kpis, words, period=period, texts=texts, series=series)


def card_parts(cards: Cards, kpis: pd.DataFrame) -> list[dict[str, object]]:
    """The cards as index and mail read them: numbers and words of each KPI; missing numbers are None."""
    rows: Mapping[str, Mapping] = kpis.set_index("kpi").to_dict("index")
    parts = []
    for card in cards.cards:
        numbers = {name: None if is_missing(value) else value for name, value in rows.get(card.kpi, {}).items()}
        parts.append(
            {
                "kpi": card.kpi,
                "name": card.name,
                "text": card.value,
                "description": card.description,
                "deltas": [
                    {
                        "tone": delta.kind,
                        "arrow": delta.arrow,
                        "text": delta.text,
                        "uncertainty": delta.noise,
                        "label": delta.label,
                        "word": delta.word,
                    }
                    for delta in card.deltas
                ],
                "series": [None if is_missing(value) else value for value in card.series],
                **numbers,
            }
        )
    return parts


def _sentences(row: Mapping[str, float], wording: Wording, words: Words, month: Period) -> list[str]:
    def value(name: str) -> str:
        return write(row[name], wording.unit, words, wording.digits)

    def change(name: str) -> str:
        return write_difference(row[name], wording.unit, words)

    def interval(low: str, high: str) -> str:
        if MISSING in (low, high):
            return words.say("no interval known")
        return words.say("95% interval {low} to {high}", low=low, high=high)

    said = [
        words.say(
            "{value} in {month} ({interval}).",
            value=value("value"),
            month=words.month(month.label),
            interval=interval(value("low"), value("high")),
        )
    ]
    against = {"previous": ("change", month - 1), "last_year": ("last_year_change", month - 12)}
    for earlier, (name, when) in against.items():
        if is_missing(row[earlier]) or is_missing(row.get(name)):
            continue
        said.append(
            words.say(
                "Against {month} ({value}): {change} ({interval}).",
                month=words.month(when.label),
                value=value(earlier),
                change=change(name),
                interval=interval(change(f"{name}_low"), change(f"{name}_high")),
            )
        )
    return said
