"""The walk through the findings of the loyalty programme's effect."""

from types import SimpleNamespace

import pandas as pd

from retention_helpers.figures import loyalty_findings as findings
from retention_helpers.metrics.group_time import Estimate
from retention_helpers.metrics.loyalty import ProgrammeEffect
from retention_helpers.metrics.programme_declines import SENTENCES, Decline
from retention_helpers.metrics.programme_panel import SecondOpinions
from retention_helpers.metrics.programme_tests import Placebo
from tests.figures.walk.recorder import NAN, Trio

HOLDS, SMALL, FAILS, UNTRIED = Placebo(0.0, 0.1), Placebo(0.3, 0.1, 0.4), Placebo(0.3, 0.1), Placebo(NAN, NAN)


def tried(*, placebo: Placebo = HOLDS, overlaps: bool = True, hidden: float = 0.3) -> SimpleNamespace:
    return SimpleNamespace(
        slope=HOLDS,
        placebo=placebo,
        overlaps=overlaps,
        hidden_share=hidden,
        hidden_outcome=0.1,
        certain_share=0.01,
        most_off=0.02,
    )


def effect(robust_low: float, robust_high: float, **changes: object) -> ProgrammeEffect:
    """An effect whose robust interval has these ends; fixed effects say the same."""
    low, high = robust_low, robust_high
    known = [end for end in (low, high) if end == end]
    middle = sum(known) / len(known) if known else 0.0
    changes = {"low": low, "high": high, "late_low": low, "late_high": high} | changes
    given = {
        "others": SecondOpinions(0.8, 0.2, Estimate(middle, 1e-12), Estimate(middle, 0.1)),
        "declined": (),
        "tests": tried(),
        "counts": {"compared": 2, "month_seen": 2, "joined": 3},
        "effect": middle,
    } | changes
    return ProgrammeEffect(
        "orders", robust_low=robust_low, robust_high=robust_high, event_study=pd.DataFrame(), **given
    )


def declined(reason: str) -> tuple[Decline, ...]:
    return (Decline(reason, 0.2, 0.5),)


def quarters(*rows: tuple[float, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["effect", "low", "high"], dtype="float64")
    return frame.assign(quarter="2026-Q1", members=range(100, 100 + len(frame)))


def opinions(naive: float, fixed_effects: float = 0.1) -> SecondOpinions:
    return SecondOpinions(naive, 0.1, Estimate(fixed_effects, 0.01), Estimate(0.1, 0.1))


CLASSES = pd.DataFrame({"members": [3]})
TRIOS = [Trio("effect", lambda words, low, high: findings.effect_finding(effect(low, high), words))]
CASES = [
    *[lambda words, n=n: findings.effect_finding(effect(0.1, 0.3, counts={"month_seen": n}), words) for n in (0, 1, 2)],
    lambda words: findings.effect_finding(effect(NAN, NAN, effect=NAN, declined=declined("no_joins")), words),
    *[
        lambda words, reason=reason: findings.effect_finding(effect(0.1, 0.3, declined=declined(reason)), words)
        for reason in SENTENCES
    ],
    # Fixed effects contradict; later months do not show it; the room decides; nothing is there at all.
    lambda words: findings.effect_finding(effect(0.1, 0.3, others=opinions(1.0, -0.1)), words),
    lambda words: findings.effect_finding(effect(0.1, 0.3, late_low=-0.1), words),
    lambda words: findings.effect_finding(effect(-0.1, 0.3, low=0.05, high=0.2), words),
    lambda words: findings.effect_finding(effect(-0.1, 0.3, low=-0.05, high=0.2), words),
    *[
        lambda words, naive=naive: findings.gap_finding(effect(0.1, 0.3, others=opinions(naive)), words)
        for naive in (0.8, 0.2, 0.1, 0.0, -0.5, NAN)
    ],
    lambda words: findings.gap_finding(effect(0.1, 0.3, declined=declined("slope_fails")), words),
    lambda words: findings.gap_finding(effect(-0.1, 0.3), words),
    lambda words: findings.gap_finding(effect(0.1, 0.3, others=None), words),
    *[
        lambda words, given=given, reasons=reasons: findings.hidden_finding(
            effect(0.1, 0.3, tests=given, declined=reasons), words
        )
        for reasons in ((), declined("no_joins"))
        for given in (
            *(tried(placebo=placebo) for placebo in (HOLDS, SMALL, FAILS, UNTRIED)),
            tried(hidden=0.0),
            tried(hidden=NAN),
            None,
        )
    ],
    *[
        lambda words, placebo=placebo: findings.placebo_outcome(placebo, words)
        for placebo in (HOLDS, SMALL, FAILS, UNTRIED)
    ],
    *[
        lambda words, given=given, classes=classes: findings.overlap_finding(
            classes, effect(0.1, 0.3, tests=given), words
        )
        for given, classes in ((tried(), CLASSES), (tried(overlaps=False), CLASSES), (None, CLASSES.iloc[:0]))
    ],
    *[
        lambda words, rows=rows: findings.quarters_finding(quarters(*rows), effect(0.1, 0.3), words)
        for rows in ([], [(NAN, NAN, NAN)], [(0.1, 0.0, 0.2), (0.2, 0.1, 0.3)], [(0.1, 0.0, 0.2), (0.5, 0.4, 0.6)])
    ],
    lambda words: findings.quarters_finding(quarters((NAN, NAN, NAN)), effect(0.1, 0.3, late_low=-0.1), words),
]
