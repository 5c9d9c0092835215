"""What is tried on the comparison of a programme, and what fails it."""

from dataclasses import replace

import numpy as np
import pytest

from retention_helpers.metrics.programme_declines import SENTENCES, Decline, after_comparing
from retention_helpers.metrics.programme_tests import Placebo, ProgrammeTests
from retention_helpers.metrics.trial_effect import fit_model, growth_before
from tests.worlds.trials import trials_of
from tests.worlds.world import World, simulate


def tried(**changes: object) -> ProgrammeTests:
    fine = ProgrammeTests(0.5, Placebo(0.0, 0.01), Placebo(0.0, 0.01), 0.0, 0.0, 0.5, 0.1, 0.1)
    return replace(fine, **changes)


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("slope_fails", {"slope": Placebo(0.03, 0.01)}),
        ("placebo_fails", {"placebo": Placebo(-0.03, 0.01)}),
        ("placebo_blind", {"slope": Placebo(0.0, 0.2)}),
        ("too_certain", {"certain_share": 0.21}),
        ("no_overlap", {"most_off": 0.21}),
        ("no_overlap", {"most_off": np.nan}),
        ("slope_untried", {"slope": Placebo(np.nan, np.nan)}),
        ("placebo_untried", {"placebo": Placebo(np.nan, np.nan)}),
    ],
)
def test_each_failed_test_is_a_reason(reason: str, changes: dict) -> None:
    assert after_comparing(tried(), 0.3, 0.1, 0.5) == ()
    assert [one.reason for one in after_comparing(tried(**changes), 0.3, 0.1, 0.5)] == [reason]


@pytest.mark.parametrize("which", ["slope", "placebo"])
def test_a_difference_that_is_seen_but_within_the_room_is_no_reason(which: str) -> None:
    """Hand-worked: three standard errors from 0 each time; only the second is more than there is room for."""
    small, large = Placebo(0.03, 0.01, room=0.04), Placebo(0.05, 0.01, room=0.04)
    assert (small.is_zero, small.holds, large.holds) == (False, True, False)
    assert after_comparing(tried(**{which: small}), 0.3, 0.1, 0.5) == ()
    assert [one.reason for one in after_comparing(tried(**{which: large}), 0.3, 0.1, 0.5)] == [f"{which}_fails"]
    assert not Placebo(np.nan, np.nan, room=0.04).holds


def test_the_interval_grows_by_what_was_seen_where_joining_cannot_have_made_it() -> None:
    """Hand-worked: a room of .1; a trend of .03 in six months goes on for twelve; .02 of a placebo; zeros add none."""
    seen = tried(slope=Placebo(-0.03, 0.01, 0.1, 2.0), placebo=Placebo(0.02, 0.005, 0.1), room=0.1)
    assert tried(room=0.1).widening == pytest.approx(0.1)
    assert seen.widening == pytest.approx(0.1 + 0.06 + 0.02)
    assert replace(seen, slope=Placebo(np.nan, np.nan)).widening == pytest.approx(0.12)


def test_a_placebo_notices_what_is_visible_four_times_of_five() -> None:
    drawn = np.random.default_rng(0).normal(Placebo(0.0, 1.0).visible, 1.0, 20_000)
    assert np.mean([not Placebo(value, 1.0).holds for value in drawn]) == pytest.approx(0.8, abs=0.01)


def test_a_trend_that_all_share_is_none_though_histories_differ() -> None:
    """Growth of 1 a month for every customer, whatever its history: members grew no faster."""
    trials = trials_of(simulate(World("engaged", effect=0.0, customers=1_000), seed=3))
    months = -np.arange(1, trials.months_before + 1, dtype=np.float32)
    grown = replace(trials, before={"orders": np.tile(100 + months, (len(trials.month), 1))})
    trend, _ = growth_before(replace(fit_model(trials, "orders"), trials=grown))
    assert trend == pytest.approx(0, abs=1e-6)


def test_a_blind_placebo_is_no_reason_where_nothing_is_claimed() -> None:
    assert after_comparing(tried(slope=Placebo(0.0, 0.2)), 0.05, -0.1, 0.2) == ()


@pytest.mark.parametrize("reason", SENTENCES)
def test_every_reason_is_a_sentence(reason: str) -> None:
    said = str(Decline(reason, 0.25, 0.75))
    assert said.endswith(".")
    assert "{" not in said
