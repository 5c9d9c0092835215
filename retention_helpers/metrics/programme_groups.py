"""Who joined a programme: month by month, by quarter of joining, and by the chance to join."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from .bands import pointwise
from .frames import every_month, labels, total_by_month
from .intervals import poisson_interval
from .loyalty import ProgrammeEffect
from .programme import Programme
from .relations import ask
from .trial_effect import effect_of, fit_model

FEWEST_IN_QUARTER = 100  # members; a smaller quarter is counted, not estimated
CLASSES = 10
UNUSUAL = 1.2  # times the median month


def joins_by_month(connection: duckdb.DuckDBPyConnection, *, as_of: date) -> pd.DataFrame:
    """How many customers joined in each month, and in which were it unusually many?

    Unusual: the exact Poisson interval of the month lies above 1.2 times the median month. The usual wrong edge: a
    month of a promotion tells how many joined, not what they do; who joined in it without the promotion would have to.

    Parameters: ``connection`` to the facts (``memberships``); ``as_of``. Returns one row per month from the first with
    a joining on (none without):
      month       text, YYYY-MM
      joined      int, first joinings
      usual       float, of the median month
      is_unusual  bool
    """
    found = ask(connection, "joins_by_month", {"ends_at": as_of + timedelta(days=1)})
    months = every_month(found, as_of)
    joined = total_by_month(found["month"], found["joined"], months)
    usual = float(np.median(joined)) if len(joined) else np.nan
    low, _ = poisson_interval(joined)
    kinds = {"month": "str", "joined": "int64", "usual": "float64", "is_unusual": "bool"}
    frame = {"month": labels(months), "joined": joined, "usual": usual, "is_unusual": np.asarray(low) > UNUSUAL * usual}
    return pd.DataFrame(frame).astype(kinds)


def effect_by_quarter(programme: Programme, effect: ProgrammeEffect) -> pd.DataFrame:
    """Did the programme do the same to those who joined early and late?

    Each quarter's trials by themselves. The usual wrong edge: quarters that differ within their intervals do not
    differ; late ones were seen for fewer months.

    Parameters: ``programme``; ``effect``, what `effect_on` says of it. Returns one row per quarter (none where nothing
    is compared):
      quarter            text, YYYY-Qn, of joining
      members            int, compared
      months             float, seen after joining, mean, at most the horizon
      effect, low, high  outcome more a month and member, robust interval; missing below 100 members, and
                         where the effect on all may not be told
    """
    columns = {"quarter": "str", "members": "int64", "months": "float64", "effect": "float64"}
    columns |= {"low": "float64", "high": "float64"}
    if not programme.is_comparable or effect.others is None:
        return pd.DataFrame(columns=list(columns)).astype(columns)
    trials = programme.trials
    rows = []
    for number in np.unique(trials.start_month[trials.is_joiner] // 3):
        some = trials.take(trials.start_month // 3 == number)
        members = int(some.is_joiner.sum())
        months = float(np.minimum(np.floor(some.seen[some.is_joiner]), some.horizon).mean())
        value, low, high = np.nan, np.nan, np.nan
        if members >= FEWEST_IN_QUARTER and months > 0 and effect.is_told:
            found = effect_of(fit_model(some, effect.outcome))
            ends = pointwise(np.array(found.value), found.total_influence)
            value, low, high = found.value, float(ends[0]) - effect.room, float(ends[1]) + effect.room
        name = f"{number // 4}-Q{number % 4 + 1}"
        rows.append((name, members, months, value, low, high))
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def chance_classes(programme: Programme, effect: ProgrammeEffect) -> pd.DataFrame:
    """Were there customers who might as well have joined, and did not?

    Members and controls by their chance to join, as the model has it, in classes of equal width up to the highest
    chance of a member. The usual wrong edge: means may agree though whole groups have nobody to be compared with.

    Parameters: as `effect_by_quarter`. Returns one row per class (none where nothing is compared):
      chance_low, chance_high          0..1
      members, controls                int
      members_share, controls_share    0..1, of all members; of all controls, weighted as they are compared
    """
    kinds = {"chance_low": "float64", "chance_high": "float64", "members": "int64", "controls": "int64"}
    kinds |= {"members_share": "float64", "controls_share": "float64"}
    if not programme.is_comparable or effect.others is None:
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    trials = programme.trials
    chance = fit_model(trials, effect.outcome).chance.chance
    joins = trials.is_joiner
    edges = np.linspace(0, float(chance[joins].max()), CLASSES + 1)
    place = np.clip(np.searchsorted(edges, chance, side="left") - 1, 0, CLASSES - 1)
    weight = np.where(joins, 0.0, chance / (1 - np.minimum(chance, 1 - 1e-9)))
    members = np.bincount(place[joins], minlength=CLASSES)
    frame = {
        "chance_low": edges[:-1],
        "chance_high": edges[1:],
        "members": members,
        "controls": np.bincount(place[~joins], minlength=CLASSES),
        "members_share": members / members.sum(),
        "controls_share": np.bincount(place, weight, minlength=CLASSES) / weight.sum(),
    }
    return pd.DataFrame(frame).astype(kinds)
