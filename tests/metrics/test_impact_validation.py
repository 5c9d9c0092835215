"""A slice of `make validate-impact`: the estimator on a few simulated shops, and the page that tells of it."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from docs.impact_bars import FALSE_RAISED, answers, bars, mean_off
from docs.impact_page import page
from docs.impact_runs import EFFECTS, FIRST_SEED, OTHER_WORLDS, SEEDS, Cell, cells, matched, run, shop_of
from docs.make_impact_validation import read
from tests.worlds.lives import HARDER, WORLDS


def row(world: str, seed: int, *, off: float = 0.0, effect: float = 0.0, verdict: str = "cannot_tell") -> dict:
    """An answer with an error of 0.05; its truth is the effect."""
    end = 0.1
    answer = {
        "truth": effect,
        "truth_everybody": effect,
        "effect": effect + off,
        "interval": (effect + off - end, effect + off + end),
        "robust": (effect + off - 2 * end, effect + off + 2 * end),
        "verdict": verdict,
        "declined": [],
        "others": {"naive": (1.0, None), "before_after": (0.1, None), "fixed_effects": (0.3, 0.1)},
    }
    answer["others"] |= dict.fromkeys(("group_time", "group_time_early_base", "matched"), (0.0, 0.1))
    return {"world": world, "customers": 5_000, "effect": effect, "seed": seed, "orders": answer, "revenue": answer}


def bar(rows: list[dict], what: str):
    return next(one for one in bars(answers(rows)) if one.what == what and one.outcome == "orders")


def test_the_full_programme_asks_each_world_each_effect_and_size_and_a_part_of_it_is_spread_evenly() -> None:
    full = cells()
    assert len(set(full)) == len(full)
    for size, seeds in SEEDS.items():
        for world in (*WORLDS, "bg_nbd"):
            for effect in EFFECTS:
                mine = [one.seed for one in full if (one.world, one.customers, one.effect) == (world, size, effect)]
                assert mine == list(range(FIRST_SEED, FIRST_SEED + seeds))
    assert {one.world for one in full} == {*WORLDS, *HARDER, "bg_nbd", *OTHER_WORLDS}
    tenth = [one for one in full[: len(full) // 10] if one.customers == 5_000 and one.world in WORLDS]
    counts = [
        sum((one.world, one.effect) == (world, effect) for one in tenth) for world in WORLDS for effect in EFFECTS
    ]
    assert max(counts) - min(counts) <= 1


def test_a_bar_is_met_where_its_monte_carlo_interval_reaches_it() -> None:
    what = "“raised” without an effect"
    none = [row("hot", seed) for seed in range(20)]
    assert (bar(none, what).found, bar(none, what).is_met) == (0, True)
    many = [row("hot", seed, verdict="raised") for seed in range(20)]
    assert not bar(many, what).is_met
    one = [*none[:19], many[0]]
    assert bar(one, what).low < FALSE_RAISED < bar(one, what).found
    assert bar(one, what).is_met


def test_intervals_that_miss_the_truth_are_counted() -> None:
    rows = [row("hot", seed, off=0.3 if seed < 5 else 0.15) for seed in range(10)]
    table = answers(rows)
    orders = table[table["outcome"] == "orders"]
    assert (orders["holds"].mean(), orders["robust_holds"].mean()) == (0.0, 0.5)
    assert mean_off(orders)[0] == pytest.approx(0.225)
    assert not bar(rows, "robust interval holds the truth at +0%").is_met


def test_the_bias_of_two_effects_is_held_against_each_other_seed_by_seed() -> None:
    rows = [
        row("hot", seed, off=off, effect=effect) for seed in range(9) for effect, off in ((0.15, 0.10), (-0.10, 0.02))
    ]
    found = bar(rows, "bias at +15% against that at -10%")
    assert found.found == pytest.approx(0.08)
    assert not found.is_met


def test_the_page_says_how_much_was_run_and_which_bars_are_missed() -> None:
    rows = [row("hot", seed, verdict="raised") for seed in range(20)]
    text = page(rows)
    assert "20 at 5,000 customers" in text
    assert "**missed**" in text
    assert "`hot`" in text
    assert "Nothing was asked yet" in page([])


def test_a_line_that_a_stop_broke_off_does_not_count_nor_a_seed_that_is_no_longer_asked(tmp_path: Path) -> None:
    store, (first, *_) = tmp_path / "answers.jsonl", cells()
    mine, old = asdict(first), asdict(replace(first, seed=1))
    store.write_text(f'{json.dumps(mine)}\n{json.dumps(old)}\n{{"world": "lif', encoding="utf-8")
    assert read(store) == [mine]


def test_matching_finds_the_neighbour_with_the_same_course() -> None:
    """Members and their twins have the same course; members gain 2 a month from joining on."""
    rng = np.random.default_rng(1)
    course = rng.integers(0, 5, (60, 24)).astype(float)
    value = np.vstack([course, course])
    value[:60, 11:] += 2.0
    joined = np.concatenate([np.full(60, 10.0), np.full(60, np.inf)])
    found, error = matched(value, joined)
    assert (found, error) == pytest.approx((2.0, 0.0))


def test_the_interval_of_a_small_shop_holds_the_truth_and_members_minus_others_does_not() -> None:
    answer = run(Cell("engaged", 2_000, 0.15, 5))["orders"]
    assert answer["robust"][0] < answer["truth"] < answer["robust"][1]
    assert answer["others"]["naive"][0] > 2 * answer["truth"]


@pytest.mark.slow
def test_the_estimator_on_a_few_shops() -> None:
    """Seeds of development, so that the judging ones stay unseen: the interval is right or the report is silent."""
    orders = [run(Cell("engaged", 5_000, effect, seed))["orders"] for seed in (1, 2) for effect in (0.0, 0.15)]
    assert all(one["robust"][0] < one["truth"] < one["robust"][1] for one in orders)
    assert all(one["verdict"] == "cannot_tell" for one in orders[::2])
    assert any(one["verdict"] == "raised" for one in orders[1::2])
    trend = run(Cell("trend", 5_000, 0.0, 3))["orders"]
    assert (trend["verdict"], trend["effect"] > 0.2) == ("cannot_tell", True)


@pytest.mark.slow
def test_one_seed_is_one_answer() -> None:
    cell = Cell("bg_nbd", 2_000, 0.15, 1)
    assert shop_of(cell).orders.equals(shop_of(cell).orders)
    assert run(cell) == run(cell)
