"""The walk through the findings of a programme's members, money and points."""

from types import SimpleNamespace

import pandas as pd

from retention_helpers.figures import programme_findings as findings
from retention_helpers.figures.finding import Finding
from retention_helpers.words import Words
from tests.figures.walk.loyalty_findings import declined, effect, opinions
from tests.figures.walk.recorder import NAN, Trio

COUNTS = {"joined": 3, "no_join_date": 0, "compared": 2, "all_months_seen": 1, "ordered_before": 1}
COUNTS |= {"controls": 8, "outside": 4}


def money(low: float, high: float, **changes: object) -> SimpleNamespace:
    amount = 0.0 if low != low or high != high else (low + high) / 2
    rows = [(part, amount, low, high) for part in findings.PARTS]
    parts = pd.DataFrame(rows, columns=["part", "amount", "low", "high"])
    given = {"missing": None, "parts": parts, "break_even": (1.0, 2.0), "has_running_cost": True} | changes
    return SimpleNamespace(**given)


def points(**changes: object) -> SimpleNamespace:
    given = {"earned": 9.0, "redeemed": 3.0, "expired": 2.0, "held": 4.0, "unearned": 0.0}
    given |= {"breakage_low": 0.2, "breakage_high": 0.4, "liability": (1.0, 2.0)}
    return SimpleNamespace(**(given | changes))


ORDERS, REVENUE = SimpleNamespace(anyway=(0.7, 1.0)), effect(0.1, 0.3)


def paid(words: Words, low: float, high: float, **changes: object) -> Finding:
    return findings.money_finding(money(low, high, **changes), ORDERS, REVENUE, words, months=6)


def joins(*rows: tuple[int, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["joined", "is_unusual"])
    months = [f"2026-{place + 1:02d}" for place in range(len(frame))]
    return frame.astype({"is_unusual": "bool"}).assign(month=months, usual=5.0)


UNKNOWN = pd.DataFrame([("net", NAN, NAN, NAN)], columns=["part", "amount", "low", "high"])
TRIOS = [Trio("money", paid)]
CASES = [
    *[lambda words, n=n: findings.members_finding(dict.fromkeys(COUNTS, n), words) for n in (0, 1, 2)],
    *[lambda words, n=n: findings.money_finding(money(-1, 1), ORDERS, REVENUE, words, months=n) for n in (1, 2)],
    lambda words: findings.money_finding(money(-1, 1), SimpleNamespace(anyway=(NAN, NAN)), REVENUE, words, months=6),
    lambda words: paid(words, 1, 2, break_even=(1.0, 1.0), has_running_cost=False),
    *[
        lambda words, given=given: findings.money_finding(
            money(NAN, NAN, parts=UNKNOWN), ORDERS, effect(0.1, 0.3, **given), words, months=6
        )
        for given in ({"declined": declined("slope_fails")}, {"late_low": -0.1}, {"others": opinions(1.0, -0.1)})
    ],
    *[lambda words, reason=reason: paid(words, 0, 0, missing=reason) for reason in findings.MISSING],
    lambda words: findings.points_finding(points(), words),
    lambda words: findings.points_finding(points(unearned=3.0, liability=(NAN, NAN)), words),
    lambda words: findings.points_finding(points(earned=0.0), words),
    *[
        lambda words, verdict=verdict, n=n, net=net: [
            *findings.programme_actions(
                SimpleNamespace(verdict=verdict, counts={"outside": n, "joined": 1}), money(*net), words
            )
        ]
        for verdict in ("raised", "lowered", "cannot_tell")
        for n in (0, 5)
        for net in ((-2, -1), (-1, 1), (NAN, NAN))
    ],
    *[
        lambda words, rows=rows: findings.joins_finding(joins(*rows), words)
        for rows in ([], [(5, False)], [(5, False), (9, True)], [(9, True), (8, True)])
    ],
    *[lambda words, n=n: findings.dated_text({"by_month": n, "joined": 3, "controls": n}, words) for n in (0, 1, 2)],
    lambda words: findings.part_rows(money(-1, 1), words),
    lambda words: [words.say(text) for text in findings.LEFT_OUT.values()],
]
