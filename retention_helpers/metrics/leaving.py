"""Do customers who are not content leave sooner than those who are?"""

import numpy as np
import pandas as pd

from .answers import NPS, Answers
from .frames import last_month, numbers
from .hazard import hazard_ratio
from .survival import kaplan_meier

MOODS = ("content", "neither", "not_content")


def leaving_histogram(answers: Answers, *, lapse_days: int, question: str = NPS) -> pd.DataFrame:
    """How long after their first answer did customers lapse, by how content they were?

    From the day of a customer's first answer to the day they lapse (``lapse_days`` after the order that no other
    followed in time), or to ``as_of`` for whoever has not. Who was no customer on the day of the answer (no order yet,
    or lapsed) is counted apart. The usual wrong edge is to take the last answer: whoever stays answers again later, so
    those who were asked last are those who stayed. A lapse between two orders of one calendar month is not seen.

    Parameters: ``answers``, of `judged_answers` (table ``customer_months`` of the facts); ``lapse_days`` >= 1;
    ``question``.

    Returns one row per ``mood`` (content, neither, not_content), ``was_active`` (bool), ``is_lapsed`` (bool), ``days``
    (int, from the answer): ``customers``.
    """
    until = {"as_of": answers.as_of, "as_of_month": last_month(answers.as_of)}
    frame = answers.ask("leaving", **until, lapse_days=lapse_days, question=question)
    types = {"mood": "str", "was_active": "bool", "is_lapsed": "bool", "days": "int64", "customers": "int64"}
    return frame.astype(types).sort_values(["mood", "was_active", "is_lapsed", "days"], ignore_index=True)


def leaving_hazard(histogram: pd.DataFrame) -> pd.DataFrame:
    """How many times as fast do customers who were not content lapse, against those who were?

    Cox regression on the first answer (`hazard_ratio`, ties as Efron, profile likelihood interval); those in between
    are left out. It is no cause: what made a customer dissatisfied may also be what makes them leave.

    Parameters: ``histogram``, of `leaving_histogram`.

    Returns one row: the columns of `hazard_ratio` (not content against content), and
      not_content_customers, content_customers  customers who were active when they answered
      not_content_lapsed, content_lapsed        of them lapsed by ``as_of``
      neither_customers                         in between
      inactive_customers                        answered, but were no customers then
      is_reliable                               the interval leaves out 1
    """
    active = histogram[histogram["was_active"]]
    pair = active[active["mood"].isin(["content", "not_content"])]
    found = hazard_ratio(_waits(pair).assign(group=(pair["mood"] == "not_content").astype("int64")))
    for mood in ("not_content", "content"):
        mine = active[active["mood"] == mood]
        found[f"{mood}_customers"] = int(mine["customers"].sum())
        found[f"{mood}_lapsed"] = int(mine.loc[mine["is_lapsed"], "customers"].sum())
    found["neither_customers"] = int(active.loc[active["mood"] == "neither", "customers"].sum())
    found["inactive_customers"] = int(histogram.loc[~histogram["was_active"], "customers"].sum())
    return found.assign(is_reliable=(found["hazard_ratio_low"] > 1) | (found["hazard_ratio_high"] < 1))


def leaving_curves(histogram: pd.DataFrame) -> pd.DataFrame:
    """Which share of customers is still there so many days after their answer, by how content they were?

    Parameters: ``histogram``, of `leaving_histogram`. Returns one row per ``mood`` and day that occurs, with the
    columns of `kaplan_meier`, an event being the lapse.
    """
    active = histogram[histogram["was_active"]]
    curves = {mood: kaplan_meier(_waits(active[active["mood"] == mood])) for mood in MOODS}
    together = pd.concat(curves, names=["mood", None]).reset_index(level="mood").reset_index(drop=True)
    return together.astype({"mood": "str"})


def _waits(histogram: pd.DataFrame) -> pd.DataFrame:
    lapsed, customers = histogram["is_lapsed"].to_numpy(dtype=bool), numbers(histogram, "customers")
    waits = {"events": np.where(lapsed, customers, 0), "censored": np.where(lapsed, 0, customers)}
    return pd.DataFrame({"days": numbers(histogram, "days"), **waits}, index=histogram.index)
