"""Who is content and who is not: scores by channel, topic, stage, or any grouping of customers."""

from collections.abc import Mapping
from typing import Literal

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from retention_helpers.engine import quote
from retention_helpers.errors import ParameterError

from .answers import NPS, Answers, Scales, scale_limits
from .cohort_tests import FALSE_DISCOVERY_RATE, two_proportions
from .feedback import NPS_VALUES
from .frames import numbers
from .intervals import Floats, is_small, newcombe_difference
from .scores import score_difference, score_mean, score_test, share_of
from .traits import UNASSIGNED

ANSWER_COLUMNS = ("channel", "topic", "stage")
By = Literal["channel", "topic", "stage"] | duckdb.DuckDBPyRelation
COLUMNS = ("score", "score_low", "score_high", "others_score", "difference", "difference_low", "difference_high")


def cut_counts(answers: Answers, *, by: By, months: int = 12) -> pd.DataFrame:
    """How many answers of each score did each group of customers give in the last months?

    Parameters: ``answers``, of `judged_answers`; ``by``: a column of the answer (channel, topic, stage), or a relation
    of the same connection with ``customer_id`` (once each) and ``value``, such as segment or life stage; ``months`` up
    to the answers' ``as_of``. Whoever has no value is "unassigned", and counted.

    Returns one row per ``question``, ``value``, ``score`` and its ``mood``: ``answers``. Raises `ParameterError` for
    another column.
    """
    frame = valued_answers(answers, by).ask("cut_counts", after_month=answers.after_month(months))
    types = {"question": "str", "value": "str", "score": "int64", "mood": "str", "answers": "int64"}
    return frame.astype(types).sort_values(["question", "value", "score"], ignore_index=True)


def customer_groups(labels: Mapping[str, duckdb.DuckDBPyRelation]) -> dict[str, duckdb.DuckDBPyRelation]:
    """By which groups of customers are answers cut? By segment and by life stage, at the month's end.

    Advocates stand with the loyal. The usual wrong edge: who is called an advocate for a good answer makes a group of
    good answers, and of the other loyal customers one of bad ones.

    Parameters: ``labels``, "rfm_segment" and "life_stage" -> a relation with ``customer_id`` (once each) and the label.
    Returns "segment" and "life_stage" -> a relation as `cut_counts` takes it.
    """
    stage = "CASE life_stage WHEN 'advocate' THEN 'loyal' ELSE life_stage END"
    return {
        "segment": labels["rfm_segment"].select("customer_id, rfm_segment AS value"),
        "life_stage": labels["life_stage"].select(f"customer_id, {stage} AS value"),
    }


def each_cut(answers: Answers, by: Mapping[str, By], *, months: int = 12) -> dict[str, pd.DataFrame]:
    """How did the groups of each cut answer? `cut_counts` of each, as `compare_cuts` takes them.

    Parameters: ``by``, dimension -> as `cut_counts`; ``months`` as there. A cut by groups of customers to which nobody
    who answered belongs (answers without customers, customers without orders) is left out.
    """
    counts = {name: cut_counts(answers, by=groups, months=months) for name, groups in by.items()}
    return {
        name: cut for name, cut in counts.items() if isinstance(by[name], str) or not (cut["value"] == UNASSIGNED).all()
    }


def valued_answers(answers: Answers, by: By) -> Answers:
    """The answers with a column ``value``: the group that each belongs to. Parameters and errors as `cut_counts`."""
    if isinstance(by, str):
        if by not in ANSWER_COLUMNS:
            raise ParameterError(f'by is "{by}"; give one of {", ".join(ANSWER_COLUMNS)}, or a relation of customers.')
        return answers.of(answers.rows.select(f"*, coalesce({quote(by)}, '{UNASSIGNED}') AS value"))
    members = by.select("customer_id AS member, CAST(value AS VARCHAR) AS value")
    joined = answers.rows.join(members, "customer_id = member", how="left")
    return answers.of(joined.select(f"* REPLACE (coalesce(value, '{UNASSIGNED}') AS value)"))


def compare_groups(counts: pd.DataFrame, *, scales: Scales, question: str = NPS) -> pd.DataFrame:
    """Which groups are clearly more or less content than all the others together?

    NPS by group with the interval of `score_mean`, the difference to the others' NPS (MOVER), tested on the adjusted
    variances; of any other question the share of the two best answers (Wilson, Newcombe, two proportions). The q
    values are corrected over the groups shown (Benjamini-Hochberg). Groups below 30 answers are shown, marked, and not
    tested; nor are the unassigned, who are no group. The usual wrong edge: groups differ in much else; a difference
    says who is content, not why.

    Parameters: ``counts``, of `cut_counts`; ``scales``, as `judged_answers`; ``question``.

    Returns one row per ``value``, the largest first ("unassigned" last):
      answers                                answers of the group
      score, score_low, score_high           NPS -100..100, else rate 0..1; 95 % interval
      others_score                           of all other groups, missing where there is none
      difference, difference_low, ..._high   score - others_score
      p_value, q_value                       0..1, missing where not tested
      is_different                           q_value <= 0.05
      is_small                               fewer than 30 answers
    """
    low, high = scales[question]
    seen = counts[counts["question"] == question]
    values, place = np.unique(seen["value"].to_numpy(dtype=object), return_inverse=True)
    by_score = np.zeros((values.size, high - low + 1))
    np.add.at(by_score, (place, numbers(seen, "score").astype(np.int64) - low), numbers(seen, "answers"))
    answers = by_score.sum(axis=1)
    others = by_score.sum(axis=0) - by_score
    columns, p_value = _nps(by_score, others, (low, high)) if question == NPS else _shares(by_score, others)
    p_value = np.where(is_small(answers) | (values == UNASSIGNED), np.nan, p_value)
    q_value = corrected(p_value)
    groups = pd.DataFrame(
        {
            "value": pd.Series(values, dtype="str"),
            "answers": answers.astype(np.int64),
            **dict(zip(COLUMNS, columns, strict=True)),
            "p_value": p_value,
            "q_value": q_value,
            "is_different": q_value <= FALSE_DISCOVERY_RATE,
            "is_small": is_small(answers),
        }
    )
    order = np.lexsort((values, -answers, values == UNASSIGNED))
    return groups.iloc[order].reset_index(drop=True)


def _nps(by_score: Floats, others: Floats, scale: tuple[int, int]) -> tuple[tuple[Floats, ...], Floats]:
    limits = scale_limits({NPS: scale}).iloc[0]
    scores = np.arange(scale[0], scale[1] + 1)
    edges = np.digitize(scores, [limits["not_content_to"] + 1, limits["content_from"]])
    mine, rest = (side @ np.eye(3)[edges] for side in (by_score, others))
    score, rest_score = score_mean(mine, NPS_VALUES), score_mean(rest, NPS_VALUES)
    return (*score, rest_score[0], *score_difference(score, rest_score)), score_test(mine, rest, NPS_VALUES)


def _shares(by_score: Floats, others: Floats) -> tuple[tuple[Floats, ...], Floats]:
    best = slice(-2, None)
    pairs = [(side[:, best].sum(axis=1), side.sum(axis=1)) for side in (by_score, others)]
    score, rest_score = share_of(by_score, best), share_of(others, best)
    return (*score, rest_score[0], *newcombe_difference(*pairs[0], *pairs[1])), two_proportions(*pairs[0], *pairs[1])


def compare_cuts(cuts: Mapping[str, pd.DataFrame], *, scales: Scales, question: str = NPS) -> pd.DataFrame:
    """Which groups of any cut are clearly more or less content than all the others of their cut?

    `compare_groups` of every cut, the q values corrected over all groups together. Parameters: ``cuts``, dimension ->
    `cut_counts`; ``scales`` and ``question`` as there. Returns its columns with ``dimension`` before them.
    """
    tables = {name: compare_groups(counts, scales=scales, question=question) for name, counts in cuts.items()}
    together = pd.concat(tables, names=["dimension", None]).reset_index(level="dimension").reset_index(drop=True)
    q_value = corrected(numbers(together, "p_value"))
    together = together.assign(q_value=q_value, is_different=q_value <= FALSE_DISCOVERY_RATE)
    return together.astype({"dimension": "str"})


def corrected(p_value: Floats) -> Floats:
    """How likely is it that a difference named is none, so many having been looked at? Benjamini-Hochberg's q values.

    Parameters: ``p_value``, one family; a missing one belongs to none and stays missing.

    >>> corrected(np.array([0.01, 0.02, 0.5, np.nan])).round(3).tolist()
    [0.03, 0.03, 0.5, nan]
    """
    q_value = np.full(p_value.shape, np.nan)
    family = ~np.isnan(p_value)
    if family.any():
        q_value[family] = stats.false_discovery_control(p_value[family], method="bh")
    return q_value
