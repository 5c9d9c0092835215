"""Which answers of customers count, and what became of the others?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import SourceError
from retention_helpers.periods import month_label

from .frames import labels, last_month, numbers, statement, through
from .intervals import SMALL_SAMPLE
from .relations import ask, named

Scales = Mapping[str, tuple[int, int]]

NPS = "nps"
VERDICTS = ("counted", "earlier_answer", "no_score", "outside_scale", "negative_weight", "no_scale")
COUNT_TYPES = {
    "question": "str", "month": "int64", "judged": "str", "score": "float64", "code": "str", "answers": "int64",
    "weight": "float64", "weight_squares": "float64", "weighted_answers": "int64",
}  # fmt: skip
# A month is on another scale where this many of its answers lie beyond the top, in two values or more ...
BEYOND_AT_LEAST = 0.10
# ... or none above its middle, though that would happen by chance less than once in a million months.
BY_CHANCE_AT_MOST = 1e-6


@dataclass(frozen=True)
class Answers:
    """The judged answers up to ``as_of`` (see `judged_answers`), and the connection to the facts in which they lie."""

    con: duckdb.DuckDBPyConnection
    rows: duckdb.DuckDBPyRelation
    scales: Scales
    as_of: date

    def ask(self, name: str, **values: object) -> pd.DataFrame:
        """The rows of ``name``.sql, which may name these ``answers`` and the facts."""
        return ask(self.con, name, values, answers=self.rows)

    def of(self, rows: duckdb.DuckDBPyRelation) -> "Answers":
        """The same with other rows."""
        return replace(self, rows=rows)

    def after_month(self, months: int) -> int:
        """The last month before the last ``months``."""
        return last_month(self.as_of) - months


def judged_answers(con: duckdb.DuckDBPyConnection, *, scales: Scales, as_of: date) -> Answers:
    """Which answers count? Each answer up to ``as_of``, with the reason where it does not.

    Of several answers of a customer to one question in one month the last one counts, provided it is on the scale; an
    answer without a customer counts by itself. What lies outside the scale, or between its whole numbers, is missing:
    the usual wrong edge is a code for "no answer" (11 on a scale to 10) that is taken for a promoter.

    Parameters: ``con`` to the facts (table ``feedback``); ``scales``, question -> (lowest, highest answer); ``as_of``.
    Raises `PeriodError` for a day inside a month.

    Returns `Answers` over a temporary table of ``con``, one row per answer: ``question, month, at, customer_id, score,
    score_code`` (as the source codes it), ``weight`` (1 where there is none), ``has_weight, channel, topic, stage,
    comment``, and
      mood    content, neither or not_content: on NPS promoter, passive, detractor (9-10, 7-8, the rest); else the two
              best and the two worst answers of the scale; missing where the answer does not count
      judged  counted, earlier_answer (of the same customer and month), no_score, outside_scale, negative_weight,
              no_scale (a question that the profile gives no scale for)
    """
    values = {"as_of_month": last_month(as_of)}
    with named(con, scales=scale_limits(scales)):
        con.execute(f"CREATE OR REPLACE TEMP TABLE judged_answers AS {statement('judged_answers')}", values)
    return Answers(con, con.table("judged_answers"), scales, as_of)


def scale_limits(scales: Scales) -> pd.DataFrame:
    """From where on is an answer content, and up to where not? One row per question.

    Returns ``question, low, high, content_from, not_content_to``: NPS 9 and 6; else the two best, the two worst.

    >>> scale_limits({"nps": (0, 10), "csat": (1, 5)})[["content_from", "not_content_to"]].values.tolist()
    [[9, 6], [4, 2]]
    """
    rows = [(name, low, high, high - 1, high - 4 if name == NPS else low + 1) for name, (low, high) in scales.items()]
    columns = {"question": "str", "low": "int64", "high": "int64", "content_from": "int64", "not_content_to": "int64"}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def answer_counts(answers: Answers) -> pd.DataFrame:
    """How many answers of each score are there in each month? What every other number of this report is made of.

    Parameters: ``answers``, of `judged_answers`. Returns one row per question, month (an integer), ``judged``,
    ``score`` and ``code`` (of those that do not count): ``answers``, the sum of their ``weight`` and of its squares
    (``weight_squares``), and how many of them have a weight (``weighted_answers``).
    """
    order = ["question", "month", "judged", "score", "code"]
    return answers.ask("answer_counts").astype(COUNT_TYPES).sort_values(order, ignore_index=True)


def leading_question(counts: pd.DataFrame, *, as_of: date) -> str:
    """Which question says most about a customer? NPS where it is asked, else CSAT, else the one with most answers.

    Parameters: ``counts``, of `answer_counts`; ``as_of``. Without any answer it is NPS.
    """
    seen = through(counts, as_of)
    answers = seen[seen["judged"] == "counted"].groupby("question")["answers"].sum()
    usual = [question for question in (NPS, "csat") if question in answers.index]
    return usual[0] if usual else str(answers.idxmax()) if len(answers) else NPS


def answer_ledger(counts: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """What became of every answer? Rows in = answers counted + answers left out, by reason.

    Parameters: ``counts``, of `answer_counts`; ``as_of``. Returns one row per ``question`` and ``judged`` that occur,
    counted first: ``answers``.
    """
    seen = through(counts, as_of)
    sums = seen.groupby(["question", "judged"], as_index=False)["answers"].sum()
    place = sums["judged"].map({name: number for number, name in enumerate(VERDICTS)})
    sums = sums.assign(place=place).sort_values(["question", "place"], ignore_index=True)
    return sums[["question", "judged", "answers"]].astype({"question": "str", "judged": "str", "answers": "int64"})


def missing_codes(counts: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Which codes stand for no answer, and how often in each month?

    Parameters: ``counts``, of `answer_counts`; ``as_of``. Returns one row per month, question and code: ``month``
    (YYYY-MM), ``question``, ``code`` (as the source writes it; missing where nothing stands there), ``answers``.
    """
    seen = through(counts, as_of)
    seen = seen[seen["judged"].isin(["no_score", "outside_scale"])]
    sums = seen.groupby(["month", "question", "code"], as_index=False, dropna=False)["answers"].sum()
    sums["month"] = labels(sums["month"].to_numpy())
    return sums.astype({"month": "str", "question": "str", "code": "str", "answers": "int64"})


def check_scales(counts: pd.DataFrame, *, scales: Scales, as_of: date) -> None:
    """Was every question asked on one scale all the time? Raises `SourceError` naming the months where it was not.

    A month is on a longer scale where a tenth of its answers or more lie beyond the top, in two values or more (one
    value is a code, such as 11 or 99). It is on a shorter one where none of 30 or more answers lies above the middle
    of the scale, while by the share of the other months that would happen less than once in a million. The usual
    wrong edge: 4 of 5 read as 4 of 10 makes a detractor of a happy customer, and nothing looks wrong but the result.

    Parameters: ``counts``, of `answer_counts`; ``scales``, as `judged_answers`; ``as_of``.
    """
    for question, (low, high) in scales.items():
        seen = through(counts, as_of)
        seen = seen[(seen["question"] == question) & seen["score"].notna()]
        longer, shorter = _longer(seen, high), _shorter(seen, low, high)
        if longer or shorter:
            months, what = (longer, f"go beyond {high}") if longer else (shorter, f"never exceed {(low + high) // 2}")
            shown = ", ".join(month_label(month) for month in months[:5]) + (", ..." if len(months) > 5 else "")
            raise SourceError(
                f"feedback: the answers to {question} in {shown} {what}, those of other months do not: the scale "
                f"({low} to {high}) changed. Two scales are not one series: name the question otherwise for these "
                "months in the profile, or bring them to one scale (divide_by, recode)."
            )


def _longer(seen: pd.DataFrame, high: int) -> list[int]:
    """Months on a longer scale."""
    beyond = seen[seen["score"] > high]
    some = beyond.groupby("month").agg(answers=("answers", "sum"), values=("score", "nunique"))
    all_answers = seen.groupby("month")["answers"].sum()
    is_longer = (some["values"] >= 2) & (some["answers"] >= BEYOND_AT_LEAST * all_answers[some.index])
    months = some.index[is_longer].tolist()
    return months if len(months) < len(all_answers) else []


def _shorter(seen: pd.DataFrame, low: int, high: int) -> list[int]:
    """Months on a shorter scale."""
    on_scale = seen[(seen["score"] >= low) & (seen["score"] <= high)]
    upper = on_scale["score"] > (low + high) / 2
    months = pd.DataFrame(
        {
            "answers": on_scale.groupby("month")["answers"].sum(),
            "upper": on_scale[upper].groupby("month")["answers"].sum(),
        }
    ).fillna(0)
    lowly = (months["upper"] == 0) & (months["answers"] >= SMALL_SAMPLE)
    others = months[~lowly]
    share = numbers(others, "upper").sum() / max(numbers(others, "answers").sum(), 1)
    by_chance = (1 - share) ** numbers(months, "answers")
    return [int(month) for month in months.index[lowly & np.less(by_chance, BY_CHANCE_AT_MOST)]]
