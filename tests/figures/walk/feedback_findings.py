"""The walk through the findings of customers' answers."""

from collections.abc import Sequence

import pandas as pd

from retention_helpers.figures import feedback_findings as findings
from retention_helpers.words import MISSING, Words
from tests.figures.walk.recorder import NAN, Trio
from tests.figures.walk.said_changes import changes, edges, last_year

PERIOD = "2026-10"


def row(**values: object) -> pd.DataFrame:
    return pd.DataFrame([{"month": PERIOD, "answers": 200, **values}])


def nps(change: dict[str, float], **values: float) -> pd.DataFrame:
    weighted = edges("weighted_nps", NAN, NAN, NAN)
    counts = {"promoters": 80, "detractors": 40}
    return row(**counts, **edges("nps", 20.0, 9.0, 31.0), **change, **{**weighted, **values})


def csat(change: dict[str, float]) -> pd.DataFrame:
    return row(satisfied=160, **edges("csat", 0.8, 0.7, 0.9), **edges("mean", 4.1, 3.9, 4.3), **change)


def response(change: dict[str, float], **values: float) -> pd.DataFrame:
    counts = {"contacts": 500, "open_contacts": 40, "unasked_answers": 3}
    return row(**{**counts, **edges("response_rate", 0.2, 0.15, 0.25), **change, **values})


def ledger(counted: int, missing: int = 0) -> pd.DataFrame:
    return pd.DataFrame({"judged": ["counted", "outside_scale"], "answers": [counted, missing]})


def codes(answers: Sequence[int]) -> pd.DataFrame:
    named = pd.Series(["6", None, "0", "99"], dtype="object")
    return pd.DataFrame({"code": named[: len(answers)], "answers": list(answers)})


def questions(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"question": names, "csat": [0.9, 0.7, 0.4][: len(names)]})


def groups(differences: Sequence[float], is_different: Sequence[bool], tested: int = 2) -> pd.DataFrame:
    rows = [
        {
            "name": f"Channel: {place}",
            "score": 0.5 + gap,
            "others_score": 0.5,
            **edges("difference", gap, gap - 0.01, gap + 0.01),
            "q_value": 0.01 if place < tested else NAN,
            "is_different": yes,
        }
        for place, (gap, yes) in enumerate(zip(differences, is_different, strict=True))
    ]
    return pd.DataFrame(rows)


def _nps(words: Words, change: dict[str, float], **values: float):
    return findings.nps_finding(nps(change, **values), words, period=PERIOD)


def _groups(words: Words, table: pd.DataFrame, question: str = "csat", months: int = 12):
    return findings.groups_finding(table, words, question=question, months=months)


def _weights(words: Words, *weighted: str):
    return findings.weights_finding(pd.DataFrame({"weighted": weighted}), words)


ALONE = changes(NAN, NAN) | {"change": NAN}
TRIOS = [
    Trio("nps", lambda words, low, high: _nps(words, changes(low, high))),
    Trio("csat", lambda words, low, high: findings.csat_finding(csat(changes(low, high)), words, period=PERIOD)),
    Trio(
        "response",
        lambda words, low, high: findings.response_finding(response(changes(low, high)), words, period=PERIOD),
    ),
]
CASES = [
    lambda words: [findings.question_name(question) for question in ("nps", "csat", "delivery")],
    *[
        lambda words, change=change: [
            _nps(words, change),
            findings.csat_finding(csat(change), words, period=PERIOD),
            findings.response_finding(response(change), words, period=PERIOD),
        ]
        for change in (ALONE, last_year(0.1, 0.2))
    ],
    lambda words: _nps(words, ALONE, **edges("weighted_nps", 22.0, 8.0, 36.0)),
    lambda words: _nps(words, ALONE, **edges("weighted_nps", 22.0, NAN, NAN)),
    *[
        lambda words, table=table: [
            findings.nps_finding(table, words, period=PERIOD),
            findings.csat_finding(table, words, period=PERIOD),
        ]
        for table in (nps(ALONE).assign(answers=0), nps(ALONE).assign(month="2026-09"))
    ],
    *[
        lambda words, missing=missing: findings.answers_finding(ledger(10, sum(missing)), codes(missing), words)
        for missing in ([], [1], [2], [2, 5, 2, 9])
    ],
    lambda words: findings.answers_finding(ledger(0, 2), codes([1, 1]), words),
    lambda words: findings.answers_finding(ledger(0), codes([]), words),
    *[
        lambda words, names=names: findings.questions_finding(questions(*names), words, period=PERIOD)
        for names in ((), ("csat",), ("csat", "delivery"), ("csat", "delivery", "price"))
    ],
    lambda words: _groups(words, groups([0.1], [True])[:0]),
    *[
        lambda words, tested=tested, months=months: _groups(
            words, groups([0.1, -0.1], [False, False], tested), months=months
        )
        for tested, months in ((0, 12), (1, 1), (2, 2))
    ],
    *[
        lambda words, gaps=gaps, question=question: _groups(words, groups(gaps, [True, True]), question)
        for gaps in ((0.2, -0.1), (0.1, -0.2))
        for question in ("csat", "nps")
    ],
    lambda words: _groups(words, groups([0.3, -0.1], [False, True])),
    lambda words: findings.response_finding(response(ALONE, contacts=0), words, period=PERIOD),
    lambda words: findings.response_finding(response(ALONE, response_rate=NAN), words, period=PERIOD),
    lambda words: _weights(words, MISSING, MISSING),
    lambda words: _weights(words, MISSING, "20.0"),
]
