"""The sentences and figures of the life cycle say what the tables under them say, also when these are empty."""

import pandas as pd
import pytest

from retention_helpers.figures import base_figures, base_findings, lifecycle_figures, lifecycle_findings
from retention_helpers.figures.lifecycle_wordings import LOSSES, MEASURES, STAGES, STEPS, TRAITS
from retention_helpers.metrics import life_stages, referrals, stage_cuts, stage_flows
from retention_helpers.words import Words

WORDS = Words("en", "EUR")
RULES = {"loyal_orders": 4, "lapse_months": 6}


def moved(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Moves of October 2026."""
    frame = pd.DataFrame(rows, columns=["from_stage", "to_stage", "customers"])
    return frame.assign(month="2026-10")[["month", "from_stage", "to_stage", "customers"]]


def test_every_stage_step_loss_trait_and_measure_has_its_name() -> None:
    assert set(STAGES) == {*life_stages.STAGES, life_stages.OUTSIDE}
    assert set(STEPS) == {*stage_flows.STEPS, "referred"}
    assert set(LOSSES) == set(stage_flows.LOSSES)
    assert set(TRAITS) == set(stage_cuts.CUTS)
    assert set(MEASURES) == {*referrals.MEASURES, referrals.SPEND}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("outside", "new", 7), ("new", "new", 20)], "27 customers are active, 7 more than a month before"),
        ([("new", "at_risk", 7), ("new", "new", 20)], "20 customers are active, 7 fewer than a month before"),
        ([("new", "repeat", 7), ("new", "new", 20)], "27 customers are active, as many as a month before"),
    ],
)
def test_the_balance_says_which_way_it_went(rows: list, said: str) -> None:
    finding = lifecycle_findings.balance_finding(stage_flows.stage_flows(moved(*rows)), WORDS, **RULES)
    assert finding.headline == said
    assert "no potential customers here" in finding.caption
    assert "no advocates here" in finding.caption


def test_who_fell_silent_is_named_by_the_stage_most_came_from() -> None:
    rows = [("repeat", "at_risk", 30), ("repeat", "repeat", 70), ("new", "at_risk", 10), ("at_risk", "lapsed", 5)]
    finding = lifecycle_findings.losses_finding(stage_flows.losses(moved(*rows)), WORDS)
    assert finding.headline == "The largest group that fell silent are repeat customers: 30 of 40"


def test_the_step_told_is_one_that_somebody_could_make() -> None:
    rates = stage_flows.transition_rates(moved(("lapsed", "returned", 3), ("lapsed", "lapsed", 97)))
    assert lifecycle_findings.steps_finding(rates, WORDS).headline.startswith("The return of lapsed customers")


def log_rank(p_value: float, q_value: float, ratio: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    test = pd.DataFrame({"groups": [2], "customers": [200], "chi_square": [1.0], "freedom": [1], "p_value": [p_value]})
    groups = pd.DataFrame(
        {"value": ["app", "unassigned"], "ratio": ratio, "q_value": q_value, "is_different": q_value <= 0.05}
    )
    return test, groups


def test_a_channel_is_named_only_where_the_test_finds_one() -> None:
    def headline(*numbers: float) -> str:
        return lifecycle_findings.channel_finding(*log_rank(*numbers), WORDS).headline

    assert headline(0.01, 0.01, 1.4) == "Customers of the channel app order again sooner than the others"
    assert headline(0.01, 0.01, 0.7) == "Customers of the channel app order again later than the others"
    assert headline(0.30, 0.30, 1.4) == "The second order comes no sooner in one channel than in another"
    assert headline(float("nan"), float("nan"), 1.0) == "The channels cannot be compared"


@pytest.mark.usefixtures("without_picture")
def test_empty_tables_make_figures_that_say_so() -> None:
    moves = moved().astype({"month": "str", "from_stage": "str", "to_stage": "str", "customers": "int64"})
    flows, rates = stage_flows.stage_flows(moves), stage_flows.transition_rates(moves)
    for figure in (
        lifecycle_figures.balance_figure(flows, WORDS, **RULES),
        lifecycle_figures.flow_table(flows, WORDS),
        lifecycle_figures.moves_figure(moves, WORDS),
        lifecycle_figures.steps_figure(rates, WORDS),
        lifecycle_figures.losses_table(stage_flows.losses(moves), WORDS),
    ):
        assert figure.headline == "Not known for this month"
    reach = pd.DataFrame(columns=["life_stage", "channel", "n", "customers", "rate", "rate_low", "rate_high"])
    assert "not known" in base_figures.reach_figure(reach, WORDS).headline
    assert "not known" in base_figures.reach_table(reach, WORDS).headline


def test_referred_customers_are_told_apart_only_where_it_is_reliable() -> None:
    row = {"measure": "ordered_again_90_days", "referred": 0.4, "others": 0.2, "difference": 0.2, "is_small": False}
    row |= {"difference_low": 0.1, "difference_high": 0.3}
    sure, unsure = (pd.DataFrame([row | {"is_reliable": yes}]) for yes in (True, False))
    assert base_findings.referrals_finding(sure, WORDS).headline.startswith("More of the referred")
    assert "as often as others" in base_findings.referrals_finding(unsure, WORDS).headline
    assert "cannot be compared" in base_findings.referrals_finding(sure.assign(is_small=True), WORDS).headline
