"""How do customers move between the stages of their life, month by month?"""

from collections.abc import Mapping
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention_helpers.errors import CallError, did_you_mean

from .comparisons import with_trend
from .frames import table
from .life_stages import OUTSIDE, STAGES, LifeRules, life_statement

# A transition: the stage left, and the stages any of which counts as arrived.
Transition = tuple[str, tuple[str, ...]]
STEPS: dict[str, Transition] = {
    "potential->new": ("potential", ("new",)),
    "new->repeat": ("new", ("repeat",)),
    "repeat->loyal": ("repeat", ("loyal",)),
    "lapsed->returned": ("lapsed", ("returned",)),
}
SILENT = ("at_risk", "lapsed")
LOSSES: dict[str, Transition] = {
    **{f"{stage}->silent": (stage, SILENT) for stage in ("new", "repeat", "loyal", "advocate")},
    "at_risk->lapsed": ("at_risk", ("lapsed",)),
}


def stage_moves(connection: duckdb.DuckDBPyConnection, *, as_of: date, rules: LifeRules) -> pd.DataFrame:
    """From which stage to which did customers go in each month?

    Of every customer known at the end of X the stage at the end of X-1 and of X (see `staged_customers`). Stages change
    at orders and after fixed silences, so the moves come from the ``life_cube``, and no customer is looked at. Months
    begin with the first order in the data; who had registered before is then a potential customer already. The usual
    wrong edge: who registers and orders in one month was never a potential customer at the end of any, and comes
    straight from outside.

    Parameters: ``connection`` to the facts (table ``life_cube``); ``as_of``, the last day of a month; ``rules``.

    Returns one row per month and pair of stages that occurs:
      month                 text, YYYY-MM, X
      from_stage, to_stage  text, one of `STAGES`; ``from_stage`` is "outside" for who was not known before
      customers             customers; those who stayed in their stage are here too

    Raises `PeriodError` for an ``as_of`` inside a month. Source: METRICS section 6.
    """
    moves = connection.execute(life_statement("stage_moves", as_of=as_of, rules=rules)).df()
    ordered = moves.loc[moves["to_stage"] != "potential", "month"]
    moves = moves[moves["month"] >= ordered.min()] if len(ordered) else moves
    names = ["from_stage", "to_stage", "customers"]
    types = {"from_stage": "str", "to_stage": "str", "customers": "int64"}
    return table(moves["month"].to_numpy(), {name: moves[name].to_numpy() for name in names}).astype(types)


def stage_flows(moves: pd.DataFrame) -> pd.DataFrame:
    """How many customers were in each stage when the month began, came into it, left it, and are in it at the end?

    Opening + entered - left = closing, and a month opens with what the month before closed with. Nobody leaves the
    base itself: who is known stays known.

    Parameters: ``moves``, a `stage_moves`. Returns one row for every month and stage, also the empty ones:
      month                           text, YYYY-MM
      life_stage                      text, in the order of `STAGES`
      opening, entered, left, closing customers
    """
    months = list(dict.fromkeys(moves["month"]))
    before = _margin(moves, months, "from_stage")
    after = _margin(moves, months, "to_stage")
    stayed = _margin(moves[moves["from_stage"] == moves["to_stage"]], months, "to_stage")
    return pd.DataFrame(
        {
            "month": pd.Series(np.repeat(months, len(STAGES)), dtype="str"),
            "life_stage": pd.Series(list(STAGES) * len(months), dtype="str"),
            "opening": before.ravel(),
            "entered": (after - stayed).ravel(),
            "left": (before - stayed).ravel(),
            "closing": after.ravel(),
        }
    )


def transition_rates(moves: pd.DataFrame, *, transitions: Mapping[str, Transition] | None = None) -> pd.DataFrame:
    """Which share of a stage goes on to the next in a month, and is that more or less than it was?

    Rate = customers in the stage when the month began who are in the next at its end / all in the stage when it began.
    The usual wrong edge: who
    skips a stage (new to loyal by three orders in a month) has not made this step; and the rate also moves with how
    long those in the stage have been there.

    Parameters: ``moves``, a `stage_moves`; ``transitions``, name -> (stage left, stages arrived in), the four named
    ones if not given.

    Returns one row per transition and month:
      transition  text, for example new->repeat
      month       text, YYYY-MM
      customers   customers who made it
      n           customers in the stage when the month began
    and the columns of `with_trend`.

    Raises `CallError` for a stage that there is not.
    Source: METRICS section 6; the CRM retention article names the four.

    >>> rows = [("2026-01", "new", "new", 60), ("2026-01", "new", "repeat", 40)]
    >>> moved = pd.DataFrame(rows, columns=["month", "from_stage", "to_stage", "customers"])
    >>> transition_rates(moved, transitions={"new->repeat": ("new", ("repeat",))})["rate"].tolist()
    [0.4]
    """
    transitions = STEPS if transitions is None else transitions
    _check_stages(transitions)
    months = list(dict.fromkeys(moves["month"]))
    opening = _margin(moves, months, "from_stage")
    tables = []
    for name, (left, arrived) in transitions.items():
        made = moves[(moves["from_stage"] == left) & moves["to_stage"].isin(arrived)]
        customers = _margin(made, months, "from_stage")[:, STAGES.index(left)]
        n = opening[:, STAGES.index(left)]
        named = {"transition": pd.Series([name] * len(months), dtype="str"), "month": pd.Series(months, dtype="str")}
        tables.append(pd.DataFrame({**named, "customers": customers, "n": n, **with_trend(customers, n)}))
    return pd.concat(tables, ignore_index=True)


def losses(moves: pd.DataFrame) -> pd.DataFrame:
    """Which share of each stage falls silent in a month, and which share of those at risk lapses?

    `transition_rates` of `LOSSES`. Parameters and columns as there.
    """
    return transition_rates(moves, transitions=LOSSES)


def _margin(moves: pd.DataFrame, months: list[str], side: str) -> NDArray[np.int64]:
    """Customers by month (row) and stage (column); who comes from outside is in no column."""
    inside = moves[moves[side] != OUTSIDE]
    counts = np.zeros((len(months), len(STAGES)), dtype=np.int64)
    row = inside["month"].map({month: place for place, month in enumerate(months)}).to_numpy(dtype=np.int64)
    column = inside[side].map({stage: place for place, stage in enumerate(STAGES)}).to_numpy(dtype=np.int64)
    np.add.at(counts, (row, column), inside["customers"].to_numpy())
    return counts


def _check_stages(transitions: Mapping[str, Transition]) -> None:
    for name, (left, arrived) in transitions.items():
        for stage in (left, *arrived):
            if stage not in STAGES:
                raise CallError(
                    f'{name}: there is no stage "{stage}".{did_you_mean(stage, STAGES)} There are: {", ".join(STAGES)}.'
                )
