"""Are customers content, and is it changing? NPS and CSAT by month, each with its interval and its changes."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .answers import NPS, Scales
from .frames import every_month, numbers, table, through
from .intervals import Floats, is_small, newcombe_difference
from .scores import score_difference, score_mean, share_of, weighted_counts

CLASSES = ("detractors", "passives", "promoters")
NPS_VALUES = (-100, 0, 100)
Estimate = tuple[Floats, Floats, Floats]
_SUMMED = ("answers", "weight", "weight_squares")
_SINCE = {"change": 1, "last_year_change": 12}


def monthly_nps(counts: pd.DataFrame, *, as_of: date, question: str = NPS) -> pd.DataFrame:
    """Would customers recommend us, and is that changing? NPS = share of promoters - share of detractors, in points.

    Promoters answered 9 or 10, passives 7 or 8, detractors less. Interval: adjusted Wald, 3/4 added to each of the
    three classes (`score_mean`); a change's interval: MOVER (`score_difference`), the months taken as independent.
    Weighted, where answers have weights: shares of the weights, their interval with Kish's effective number of answers.
    The usual wrong edge: NPS is a difference of two shares of the same answers, so its interval is wider than that of
    one share; with 100 answers a change of 15 points is noise.

    Parameters: ``counts``, of `answer_counts`; ``as_of``; ``question``, which one is the NPS.

    Returns one row for every calendar month from the first answer to ``as_of``:
      month                                text, YYYY-MM
      answers                              answers that count
      promoters, passives, detractors      answers
      nps, nps_low, nps_high               -100..100, missing without answers; 95 % interval
      change, change_low, change_high      points, against the month before
      last_year_change, ..._low, ..._high  points, against the same month last year
      weighted_nps, ..._low, ..._high      the same with weights; missing where no answer of the month has one
      effective_answers                    answers that the weighted ones are worth
      is_small                             fewer than 30 answers

    >>> from retention_helpers.periods import Period
    >>> january = Period.parse("2026-01")
    >>> counts = pd.DataFrame({"question": "nps", "month": january.index, "judged": "counted",
    ...     "score": [10.0, 8.0, 2.0], "answers": [6, 3, 1], "weight": [6.0, 3, 1], "weight_squares": [6.0, 3, 1],
    ...     "weighted_answers": 0})
    >>> monthly_nps(counts, as_of=january.as_of)[["answers", "nps"]].values.tolist()
    [[10.0, 50.0]]
    """
    seen, months = _counted(counts, question, as_of)
    place = np.digitize(numbers(seen, "score"), [7, 9])
    classes = {name: _sums(seen, name, (months, place, 3)) for name in _SUMMED}
    answers = classes["answers"]
    nps = score_mean(answers, NPS_VALUES)
    weighted, effective = _weighted(classes, seen, months)
    return table(
        months,
        {
            "answers": answers.sum(axis=1).astype(np.int64),
            **{name: answers[:, number].astype(np.int64) for number, name in reversed(list(enumerate(CLASSES)))},
            **_columns("nps", nps),
            **_changes(nps),
            **_columns("weighted_nps", score_mean(weighted, NPS_VALUES)),
            "effective_answers": effective,
            "is_small": is_small(answers.sum(axis=1)),
        },
    )


def monthly_csat(counts: pd.DataFrame, *, scales: Scales, as_of: date, question: str = "csat") -> pd.DataFrame:
    """Are customers satisfied, and is that changing? The share of the two best answers, and the mean answer.

    CSAT: answers of 4 or 5 (on other scales the two best) over all; Wilson interval, its change Newcombe. The mean has
    the interval of `score_mean`, its change MOVER. Weighted as `monthly_nps`. The usual wrong edge: codes such as 0
    "blank" and 6 "never used" lower or raise the mean unseen; here they are no answers.

    Parameters: ``counts``, of `answer_counts`; ``scales``, question -> (lowest, highest answer); ``as_of``;
    ``question``, one that is in ``scales``.

    Returns one row for every calendar month from the first answer to ``as_of``:
      month                                text, YYYY-MM
      answers, satisfied                   answers that count, and those of the two best
      csat, csat_low, csat_high            rate 0..1, missing without answers; 95 % interval
      change, change_low, change_high      -1..1, against the month before
      last_year_change, ..._low, ..._high  -1..1, against the same month last year
      mean, mean_low, mean_high            on the scale
      mean_change, mean_last_year_change   with ..._low, ..._high, on the scale
      weighted_csat, weighted_mean         with ..._low, ..._high; missing where no answer of the month has a weight
      effective_answers                    answers that the weighted ones are worth
      is_small                             fewer than 30 answers
    """
    low, high = scales[question]
    seen, months = _counted(counts, question, as_of)
    scores = np.arange(low, high + 1)
    place = (numbers(seen, "score") - low).astype(np.int64)
    classes = {name: _sums(seen, name, (months, place, scores.size)) for name in _SUMMED}
    answers = classes["answers"]
    n, satisfied = answers.sum(axis=1), answers[:, -2:].sum(axis=1)
    weighted, effective = _weighted(classes, seen, months)
    mean = score_mean(answers, scores)
    return table(
        months,
        {
            "answers": n.astype(np.int64),
            "satisfied": satisfied.astype(np.int64),
            **_columns("csat", share_of(answers, slice(-2, None))),
            **share_changes(satisfied, n),
            **_columns("mean", mean),
            **{f"mean_{name}": values for name, values in _changes(mean).items()},
            **_columns("weighted_csat", share_of(weighted, slice(-2, None))),
            **_columns("weighted_mean", score_mean(weighted, scores)),
            "effective_answers": effective,
            "is_small": is_small(n),
        },
    )


def question_scores(counts: pd.DataFrame, *, scales: Scales, as_of: date) -> pd.DataFrame:
    """How content are customers with each thing they were asked about? The month of ``as_of``, question by question.

    Parameters as `monthly_csat`; questions with answers in the month alone, without NPS. Returns one row per
    ``question``, the best first, with the columns of `monthly_csat`.
    """
    rows = {
        question: monthly_csat(counts, scales=scales, as_of=as_of, question=question).tail(1)
        for question in scales
        if question != NPS
    }
    together = pd.concat(rows, names=["question", None]).reset_index(level="question").astype({"question": "str"})
    together = together[together["answers"] > 0].drop(columns="month")
    return together.sort_values(["csat", "question"], ascending=[False, True], ignore_index=True)


def _counted(counts: pd.DataFrame, question: str, as_of: date) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    seen = through(counts, as_of)
    seen = seen[(seen["question"] == question) & (seen["judged"] == "counted")]
    return seen, every_month(seen, as_of)


def _sums(seen: pd.DataFrame, column: str, shape: tuple[NDArray[np.int64], NDArray[np.int64], int]) -> Floats:
    """The column added up by month and class of the answer."""
    months, place, classes = shape
    if not months.size:
        return np.zeros((0, classes))
    cell = (numbers(seen, "month").astype(np.int64) - months[0]) * classes + place
    summed = np.bincount(cell, weights=numbers(seen, column), minlength=months.size * classes)
    return summed.reshape(months.size, classes)


def _weighted(classes: Mapping[str, Floats], seen: pd.DataFrame, months: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The counts that the weighted answers are worth; none in months without a weight."""
    nowhere = np.zeros(len(seen), dtype=np.int64)
    has_weight = _sums(seen, "weighted_answers", (months, nowhere, 1))[:, 0] > 0
    weighted, effective = weighted_counts(classes["weight"], classes["weight_squares"])
    return weighted * has_weight[:, None], np.where(has_weight, effective, np.nan)


def _columns(name: str, estimate: Estimate) -> dict[str, Floats]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), estimate, strict=True))


def _changes(estimate: Estimate) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for name, months in _SINCE.items():
        before = tuple(_earlier(part, months) for part in estimate)
        columns |= _columns(name, score_difference(estimate, before))  # type: ignore[arg-type]
    return columns


def share_changes(part: Floats, n: Floats) -> dict[str, Floats]:
    """By how much did a share change, on the month before and on the same month last year? Newcombe's intervals.

    Parameters: counts of consecutive months. Returns ``change`` and ``last_year_change`` with ``_low`` and ``_high``.
    """
    columns: dict[str, Floats] = {}
    for name, months in _SINCE.items():
        before = (np.nan_to_num(_earlier(counts, months)) for counts in (part, n))
        columns |= _columns(name, newcombe_difference(part, n, *before))
    return columns


def _earlier(values: Floats, months: int) -> Floats:
    """Each month's value as it was so many months before; missing before the first."""
    return np.concatenate([np.full(months, np.nan), np.asarray(values, dtype=float)])[: len(values)]
