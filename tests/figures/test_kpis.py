"""What is said of a KPI is chosen by the interval of its change, for every KPI there is."""

import math

import pandas as pd
import pytest

from retention_helpers.figures.kpis import (
    CARDS,
    OPENING,
    card_parts,
    direction,
    kpi_finding,
    month_cards,
    with_last_year,
    with_targets,
)
from retention_helpers.figures.wordings import WORDINGS
from retention_helpers.metrics.kpis import KPIS
from retention_helpers.words import Words

WORDS = Words("en", "EUR")
NAN = float("nan")


def month(kpi: str, *, change: tuple[float, float, float] = (NAN, NAN, NAN), value: float = 0.5) -> pd.DataFrame:
    """The row of one KPI with a change and its interval."""
    numbers = {"value": value, "low": value - 0.1, "high": value + 0.1, "n": 100, "previous": value - change[0]}
    numbers |= {"previous_low": 0.2, "previous_high": 0.6, "last_year": 0.3}
    return pd.DataFrame(
        [{"kpi": kpi, **numbers, **dict(zip(("change", "change_low", "change_high"), change, strict=True))}]
    )


def test_every_kpi_of_the_metrics_has_its_wording_and_no_wording_is_left_over():
    assert set(WORDINGS) == {kpi.name for kpi in KPIS}
    assert {*CARDS, *OPENING} <= set(WORDINGS)


@pytest.mark.parametrize("kpi", WORDINGS)
def test_the_headline_follows_the_interval_on_both_sides_of_zero(kpi):
    wording = WORDINGS[kpi]

    def headline(low: float, high: float) -> str:
        return kpi_finding(month(kpi, change=((low + high) / 2, low, high)), kpi, WORDS, period="2026-10").headline

    beginnings = {text.split("{value}")[0] for text in (wording.up, wording.down, wording.flat)}
    assert len(beginnings) == 3
    assert headline(1e-9, 0.2).startswith(wording.up.split("{value}")[0])
    assert headline(-0.2, -1e-9).startswith(wording.down.split("{value}")[0])
    for low, high in ((-1e-9, 0.2), (-0.2, 1e-9), (0.0, 0.2), (-0.2, 0.0), (NAN, NAN)):
        assert headline(low, high).startswith(wording.flat.split("{value}")[0])


def test_a_missing_value_is_not_called_a_change():
    finding = kpi_finding(month("nrr", value=NAN), "nrr", WORDS, period="2026-10")
    assert finding.headline == "Net revenue retention: not known for October 2026"
    assert finding.sentence == "There is nobody to count it on."


def test_a_kpi_that_the_table_lacks_is_not_known():
    finding = kpi_finding(month("nrr"), "crr", WORDS, period="2026-10")
    assert finding.headline == "Customer retention rate: not known for October 2026"


def test_the_sentence_names_value_month_before_and_last_year_with_their_intervals():
    table = month("existing_retention_rate", change=(0.02, 0.01, 0.03))
    year = month("existing_retention_rate", change=(0.2, 0.15, 0.25))
    finding = kpi_finding(with_last_year(table, year), "existing_retention_rate", WORDS, period="2026-10")
    assert finding.sentence.replace("\u00a0", " ") == (
        "50.0% in October 2026 (95% interval 40.0% to 60.0%). "
        "Against September 2026 (48.0%): +2.0 pp (95% interval +1.0 pp to +3.0 pp). "
        "Against October 2025 (30.0%): +20.0 pp (95% interval +15.0 pp to +25.0 pp)."
    )


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.1, 0.2, "up"), (-0.2, -0.1, "down"), (-0.1, 0.1, "flat"), (0, 0.1, "flat"), (math.nan, math.nan, "flat")],
)
def test_a_change_is_a_direction_only_when_its_interval_leaves_out_zero(low, high, expected):
    assert direction(low, high) == expected


def test_fewer_lost_customers_are_shown_as_better():
    table = month("churn_rate", change=(-0.02, -0.03, -0.01))
    cards = month_cards(table, pd.DataFrame({"kpi": [], "value": []}), ["churn_rate"], WORDS, period="2026-10")
    assert cards.cards[0].deltas[0].kind == "up"


def test_a_kpi_with_a_target_is_on_the_cards_with_its_verdict_for_index_and_mail():
    judged = pd.DataFrame(
        {"kpi": ["orders"], "target": [0.4], "target_side": ["at_least"], "target_verdict": ["open"], "value": [0.5]}
    )
    table = with_targets(pd.concat([month("nrr"), month("orders")]), judged)
    cards = month_cards(table, pd.DataFrame({"kpi": [], "value": []}), ["nrr"], WORDS, period="2026-10")
    assert [card.kpi for card in cards.cards] == ["nrr", "orders"]
    bare, aimed = card_parts(cards, table)
    assert (bare["target"], bare["target_verdict"]) == (None, None)
    assert (aimed["target"], aimed["target_verdict"]) == (0.4, "open")
    assert aimed["deltas"][-1]["text"] == "Too early to say, target: at least 0"


def test_the_parts_of_a_card_carry_its_numbers_and_no_nan():
    table = month("nrr", change=(0.02, NAN, NAN))
    history = pd.DataFrame({"kpi": ["nrr"] * 3, "value": [0.4, NAN, 0.5]})
    (part,) = card_parts(month_cards(table, history, ["nrr"], WORDS, period="2026-10"), table)
    assert (part["kpi"], part["value"], part["text"], part["n"]) == ("nrr", 0.5, "50.0%", 100)
    assert part["series"] == [0.4, None, 0.5]
    assert part["change_low"] is None
