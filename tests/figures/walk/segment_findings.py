"""The walk through the findings of the segment report, and through the names that it takes from its wordings."""

from functools import partial

import pandas as pd

from retention_helpers.figures import segment_findings as findings
from retention_helpers.figures import segment_wordings as wordings
from retention_helpers.params import NOBODY
from retention_helpers.params.files import PARAMS
from retention_helpers.params.segments import load_segments
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN, Trio

WALKS = ("segment_findings", "segment_wordings")
PERIOD = "2026-10"
RULES = load_segments(PARAMS / "segments.yaml")
MOVED = {"up": 90, "down": 110, "sideways": 10, "stayed": 790, "entered": 40, "left": 0}
SHARE = {"customers_share": 0.11, "customers_share_low": 0.09, "customers_share_high": 0.13, "previous_share": 0.1}
CHANGE = {"change": 0.01, "change_low": -0.02, "change_high": 0.04}
EARLIER = {
    "customers_share_previous": 0.09,
    "revenue_share_previous": 0.38,
    "revenue_share_change": 0.02,
    "revenue_share_change_low": -0.01,
    "revenue_share_change_high": 0.05,
    "customers_share_last_year": 0.08,
    "revenue_share_last_year": 0.35,
}
NO_CHANGE = {"revenue_share_change_low": NAN, "revenue_share_change_high": NAN}
MEASURES = tuple(wordings.MEASURES)


def details(share: float, **values: float) -> pd.DataFrame:
    interval = {"revenue_share_low": share - 0.02, "revenue_share_high": share + 0.02}
    row = {"customers_share": 0.1, "revenue_share": share, **interval, **EARLIER, **values}
    return pd.DataFrame([{"rfm_segment": "VIP", **row}, {"rfm_segment": "Lost", **row, "customers_share": 0.9}])


def best(share: float, verdict: str) -> pd.DataFrame:
    row = {"rfm_segment": "VIP", "revenue_share": share, "claim_low": 0.7, "claim_high": 0.8, "verdict": verdict}
    return pd.DataFrame([row])


def moved(low: float, high: float, **values: float) -> pd.DataFrame:
    """Whose part of those who moved down lies between low and high beyond one half."""
    ends = {"of_moves_share_low": 0.5 + low, "of_moves_share_high": 0.5 + high}
    row = {**SHARE, **CHANGE, **ends, **values}
    return pd.DataFrame([{"direction": name, "customers": n, **row} for name, n in MOVED.items()])


def moves(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["from_segment", "to_segment", "customers"])


def segments(*customers: int) -> pd.DataFrame:
    shares = [n / sum(customers) if sum(customers) else NAN for n in customers]
    names = RULES.names[: len(customers)]
    return pd.DataFrame({"rfm_segment": names, "customers": customers, "customers_share": shares})


def cuts(customers: int = 20, threshold: float = NAN, without: str = "") -> pd.DataFrame:
    """The values of each score; of one measure nobody earned a 5."""
    rows = [
        {"measure": measure, "score": score, "value_from": 10.0 * score, "value_to": 10.0 * score + 9}
        for measure in MEASURES
        for score in (5, 4, 3, 2, 1)
    ]
    frame = pd.DataFrame(rows).assign(customers=customers, threshold=threshold)
    nobody = (frame["measure"] == without) & (frame["score"] == 5)
    return frame.assign(
        **{name: frame[name].mask(nobody) for name in ("value_from", "value_to")},
        customers=frame["customers"].mask(nobody, 0),
    )


def _best(words: Words, share: float, verdict: str, **values: float):
    return findings.best_finding(details(share, **values), best(share, verdict), words, period=PERIOD)


def _moved(words: Words, low: float, high: float, is_alike: bool = True, **values: float):
    return findings.movement_finding(moved(low, high, **values), words, period=PERIOD, is_alike=is_alike)


def _step(words: Words, *rows: tuple[str, str, int]):
    return findings.step_finding(moves(*rows), words, rules=RULES)


def _actions(words: Words, n: int) -> list[dict[str, object]]:
    rows = segments(n).assign(revenue=10.0 * n, revenue_share=1.0)
    return findings.segment_actions(rows, words, rules=RULES)


TRIOS = [
    Trio("movement", _moved),
    Trio("movement, scored otherwise before", partial(_moved, is_alike=False)),
]
CASES = [
    lambda words: _best(words, 0.75, "confirmed"),
    lambda words: _best(words, 0.4, "not confirmed"),
    lambda words: _best(words, 0.9, "not confirmed"),
    *[lambda words, share=share: _best(words, share, "cannot tell") for share in (0.69, 0.7, 0.8, 0.81)],
    lambda words: _best(words, 0.4, "cannot tell", revenue_share_low=NAN, revenue_share_high=NAN, **NO_CHANGE),
    lambda words: _best(words, 0.4, "not confirmed", **NO_CHANGE),
    lambda words: _best(words, 0.4, "not confirmed", customers_share_last_year=NAN, revenue_share_last_year=NAN),
    lambda words: _best(words, NAN, "cannot tell"),
    *[lambda words, is_alike=is_alike: _moved(words, 0.01, 0.1, is_alike) for is_alike in (True, False)],
    lambda words: _moved(words, -0.1, -0.01, change=NAN, change_low=NAN, change_high=NAN, previous_share=NAN),
    lambda words: _moved(words, NAN, NAN, customers_share=NAN, customers_share_low=NAN, customers_share_high=NAN),
    lambda words: _step(words, ("VIP", "Loyal", 12), ("Loyal", "Lost loyal", 11), ("VIP", "VIP", 50)),
    lambda words: _step(words, ("VIP", "Loyal", 1), ("VIP", NOBODY, 30), ("Lost", "VIP", 30)),
    lambda words: _step(words, ("VIP", "Loyal", 0), ("Lost", "New", 5), (NOBODY, "Lost", 9), ("VIP", NOBODY, 3)),
    lambda words: _step(words, ("Lost loyal", "Sleeping", 5)),
    _step,
    *[lambda words, n=n: findings.actions_finding(segments(n, 0), words) for n in (0, 1, 2)],
    *[partial(_actions, n=n) for n in (1, 2)],
    *[
        lambda words, is_alike=is_alike: findings.cuts_finding(cuts(), words, is_alike=is_alike)
        for is_alike in (True, False)
    ],
    lambda words: findings.cuts_finding(cuts(threshold=30.0), words, is_alike=True),
    *[lambda words, name=name: findings.cuts_finding(cuts(without=name), words, is_alike=True) for name in MEASURES],
    lambda words: findings.cuts_finding(cuts(threshold=30.0, without="orders"), words, is_alike=True),
    lambda words: findings.cuts_finding(cuts(customers=0), words, is_alike=True),
    lambda words: list(wordings.segment_names(RULES.names, words).values()),
    lambda words: [wordings.segment_name(name, words) for name in ("Our own", NOBODY)],
    lambda words: [wordings.value_text(value, words) for value in (*wordings.VALUES, "Berlin", 7)],
]
