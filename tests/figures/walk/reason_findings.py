"""The walk through the findings of reasons, comments and leaving."""

import pandas as pd

from retention_helpers.figures import reason_findings as findings
from retention_helpers.words import Words
from tests.figures.walk.recorder import NAN, Trio
from tests.figures.walk.said_changes import edges

EARNED = "the one word of cause denies it: 'This names no cause'"
TRIOS: list[Trio] = []
QUESTIONS = ("nps", "csat")
NAMES = {"delivery": "Delivery"}


def reason(topic: str, lift: float, *, is_different: bool, mood: str = "not_content") -> dict[str, object]:
    return {
        "mood": mood,
        "topic": topic,
        "answers_with_reason": 80,
        **edges("share", 0.4, 0.3, 0.5),
        "others_share": 0.0 if lift != lift else 0.4 / lift,
        **edges("lift", lift, 0.9, 3.0),
        "is_different": is_different,
    }


def hazard(ratio: float, low: float, high: float, **values: float) -> pd.DataFrame:
    counts = {
        "not_content_lapsed": 20,
        "not_content_customers": 90,
        "content_lapsed": 30,
        "content_customers": 300,
        "inactive_customers": 4,
    }
    is_reliable = low > 1 or high < 1
    return pd.DataFrame([{**edges("hazard_ratio", ratio, low, high), "is_reliable": is_reliable, **counts, **values}])


def _reasons(words: Words, *rows: dict[str, object], question: str = "nps", months: int = 12):
    table = pd.DataFrame(rows, columns=list(reason("delivery", 2.0, is_different=True)))
    return findings.reasons_finding(table, NAMES, words, question=question, months=months)


def _leaving(words: Words, table: pd.DataFrame, question: str = "nps"):
    return findings.leaving_finding(table, words, question=question, lapse_days=180)


def _named_first(words: Words, topic: str, *rows: dict[str, object]):
    finding = _reasons(words, *rows)
    assert topic in finding.headline
    return finding


def _sides_of_one(words: Words):
    sides = {
        "sooner": hazard(1.5, 1 + 1e-9, 2.0),
        "later": hazard(0.7, 0.5, 1 - 1e-9),
        "cannot be told": hazard(1.5, 1.0, 2.0),
        "cannot be told ": hazard(0.7, 0.5, 1.0),
        "cannot be told  ": hazard(1.0, 0.5, 2.0),
    }
    said = [_leaving(words, table) for table in sides.values()]
    assert all(name.strip() in finding.headline for name, finding in zip(sides, said, strict=True))
    return said


CASES = [
    lambda words: [name for question in QUESTIONS for name in findings.mood_names(question, words)],
    _reasons,
    lambda words: _reasons(words, reason("delivery", 2.0, is_different=True, mood="content")),
    *[
        lambda words, lift=lift, different=different, question=question: _reasons(
            words, reason("delivery", lift, is_different=different), question=question
        )
        for lift in (1 - 1e-9, 1.0, 1 + 1e-9, 2.0)
        for different in (True, False)
        for question in QUESTIONS
    ],
    *[
        lambda words, months=months: _reasons(words, reason("unheard of", 2.0, is_different=True), months=months)
        for months in (1, 2)
    ],
    # The second topic sets them apart; the first is named less often than by the others.
    lambda words: _named_first(
        words, "Delivery", reason("price", 0.5, is_different=True), reason("delivery", 2.0, is_different=True)
    ),
    # Nobody else names it, so how many times as often is not known: it sets them apart all the more.
    lambda words: _named_first(
        words, "Delivery", reason("price", 2.0, is_different=False), reason("delivery", NAN, is_different=True)
    ),
    *[lambda words, n=n: findings.comments_finding(pd.DataFrame({"comment": ["…"] * n}), words) for n in (0, 1, 2)],
    lambda words: _leaving(words, hazard(NAN, NAN, NAN)),
    _sides_of_one,
    lambda words: [_leaving(words, hazard(1.5, 1.2, 2.0), question) for question in QUESTIONS],
    lambda words: _leaving(words, hazard(float("inf"), 1.2, float("inf"))),
]
