"""The journey at a glance: every stage with who goes on, how soon and how content, and the weakest step."""

from datetime import date

import numpy as np
import pandas as pd

from retention_helpers.periods import month_label

from .answers import Answers
from .feedback_cuts import cut_counts
from .frames import last_month, numbers
from .intervals import Floats, is_small, newcombe_difference, share, wilson


def stage_moods(answers: Answers, *, months: int = 3) -> pd.DataFrame:
    """How content are customers at each stage, and how many complain?

    Content: one of the best answers (NPS 9-10, else the two best); a complaint: one of the worst (NPS 0-6, else the two
    worst). Answers whose ``stage`` is known, of the last months, to whatever question was asked there; Wilson.

    Parameters: ``answers``, of `judged_answers`; ``months`` up to their ``as_of``.

    Returns one row per ``stage`` that has answers: ``answers``, ``satisfaction`` and ``complaints`` (rates 0..1, with
    ``_low`` and ``_high``), ``is_small``.
    """
    counts = cut_counts(answers, by="stage", months=months)
    counts = counts[counts["value"] != "unassigned"]
    wide = counts.pivot_table(index="value", columns="mood", values="answers", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=["content", "neither", "not_content"], fill_value=0)
    n = wide.sum(axis=1).to_numpy(dtype=float)
    columns: dict[str, object] = {"stage": pd.Series(wide.index, dtype="str"), "answers": n.astype(np.int64)}
    for name, mood in (("satisfaction", "content"), ("complaints", "not_content")):
        part = numbers(wide, mood)
        low, high = wilson(part, n)
        columns |= {name: share(part, n), f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame({**columns, "is_small": is_small(n)})


def weakest_step(steps: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """At which stage do the fewest go on, and can that be told from the others?

    The stage of the lowest conversion in the month of ``as_of`` is the weakest where its Newcombe difference to every
    other one leaves out 0; else each stage whose difference to it holds 0 may be the weakest, and none is named. The
    usual wrong edge: the lowest number is always somewhere; with few customers it moves from month to month.

    Parameters: ``steps``, of `journey_steps`; ``as_of``.

    Returns one row per stage with a conversion, the lowest first: ``stage, conversion, conversion_low,
    conversion_high, customers``, ``above`` (conversion - the lowest one) with ``_low`` and ``_high``,
    ``may_be_lowest`` (bool), ``is_lowest`` (bool, one row at most).
    """
    month = steps[(steps["month"] == month_label(last_month(as_of))) & steps["conversion"].notna()]
    kept = ["stage", "conversion", "conversion_low", "conversion_high", "customers"]
    return _ranked(month, "conversion", (numbers(month, "moved_on"), numbers(month, "customers")), kept)


def least_content(moods: pd.DataFrame) -> pd.DataFrame:
    """At which stage are the fewest content, and can that be told from the others? By the rule of `weakest_step`.

    Parameters: ``moods``, of `stage_moods`. Returns one row per stage with answers, the lowest first: ``stage,
    satisfaction, satisfaction_low, satisfaction_high, answers``, and ``above`` ... ``is_lowest`` as `weakest_step`.
    """
    n = numbers(moods, "answers")
    kept = ["stage", "satisfaction", "satisfaction_low", "satisfaction_high", "answers"]
    return _ranked(moods, "satisfaction", (np.rint(numbers(moods, "satisfaction") * n), n), kept)


def _ranked(rows: pd.DataFrame, rate: str, counts: tuple[Floats, Floats], kept: list[str]) -> pd.DataFrame:
    order = np.argsort(numbers(rows, rate), kind="stable")
    part, whole = (side[order] for side in counts)
    lowest = (np.broadcast_to(side[:1], side.shape) for side in (part, whole))
    difference = newcombe_difference(part, whole, *lowest)
    is_first = np.arange(order.size) == 0
    above, low, high = (np.where(is_first, 0.0, edge) for edge in difference)
    may_be = is_first | (low <= 0)
    return (
        rows.iloc[order][kept]
        .reset_index(drop=True)
        .assign(
            above=above, above_low=low, above_high=high, may_be_lowest=may_be, is_lowest=is_first & (may_be.sum() == 1)
        )
    )


def stage_table(steps: pd.DataFrame, waits: pd.DataFrame, moods: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """What is known of each stage in the month of ``as_of``? The table behind the journey map.

    Parameters: ``steps`` of `journey_steps`, ``waits`` of `journey_waits`, ``moods`` of `stage_moods`; ``as_of``.

    Returns one row per stage of the way, and "support" last: the columns of the month in `journey_steps`;
    ``median_days`` with ``_low`` and ``_high`` and ``quarter_days``; ``answers``, ``satisfaction`` and ``complaints``
    with ``_low`` and ``_high``; ``is_weakest`` (bool, see `weakest_step`). Missing is what was not observed.
    """
    month = steps[steps["month"] == month_label(last_month(as_of))]
    weakest = weakest_step(steps, as_of=as_of)
    together = month.merge(waits.drop(columns=["customers", "moved_on"]), on="stage", how="left")
    together = together.merge(moods.drop(columns="is_small"), on="stage", how="left")
    together["answers"] = together["answers"].fillna(0).astype("int64")
    named = weakest.loc[weakest["is_lowest"], "stage"]
    return together.assign(is_weakest=together["stage"].isin(named))
