"""The walk through the findings of a programme's tiers."""

from types import SimpleNamespace

import pandas as pd

from retention_helpers.figures import tier_findings as findings
from tests.figures.walk.loyalty_findings import declined
from tests.figures.walk.recorder import NAN


def tier(verdict: str, *, low: float = 0.1, reasons: tuple = (), told: str = "") -> SimpleNamespace:
    """A tier whose effect on orders has this verdict; ``told`` where what is told of it is another."""
    effect = SimpleNamespace(effect=0.2, robust_low=low, robust_high=0.3, verdict=verdict, declined=reasons)
    return SimpleNamespace(tier="gold", effects=(effect,), verdicts=(told or verdict,))


def crowd(below: int, above: int) -> SimpleNamespace:
    frame = pd.DataFrame({"share_low": [0.9, 1.0], "share_high": [1.0, 1.1], "members": [below, above]})
    return SimpleNamespace(tier="gold", crowd=frame)


def mix(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["tier", "before", "now"])


TRIOS = []
CASES = [
    *[
        lambda words, given=given: findings.tiers_finding(given, words)
        for given in (
            [],
            [tier("raised"), tier("cannot_tell")],
            [tier("lowered")],
            [tier("raised", told="cannot_tell")],
            [tier("cannot_tell", low=NAN, reasons=declined("no_joins"))],
            [tier("cannot_tell", reasons=declined("no_overlap"))],
        )
    ],
    *[
        lambda words, counts=counts: findings.crowd_finding([crowd(*counts)], words)
        for counts in ((3, 2), (2, 3), (0, 0))
    ],
    *[
        lambda words, rows=rows: findings.mix_finding(mix(*rows), words)
        for rows in ([], [("gold", 1, 3), ("", 2, 1)], [("", 2, 3), ("gold", 2, 1)], [("gold", 1, 0)])
    ],
]
