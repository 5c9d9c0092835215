"""Every order of a customer who is no member yet is a small trial: some join there, others might have and did not.

A member's trial starts at the moment of joining, so many seconds after its last order; a control's as long after an
order of its own in the same month. Nothing after the start decides who is in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .digests import digest_bound
from .frames import statement
from .intervals import Floats
from .relations import keep

MONTH_SECONDS = 2_629_800  # a twelfth of 365.25 days
RECENT_DAYS = 30  # the last order before joining may lie so far back
CHOSEN_MONTHS = 3  # months before joining: one joins because of these
KNOWN_MONTHS = CHOSEN_MONTHS + 2  # so long before, a customer must have ordered first
CONTROLS = 8  # a member
MOST_BEFORE = 36  # months before the start that are looked at
_BATCH = 80_000  # starts at a time: what bounds the memory
_CUSTOMERS = 40_000  # whose orders are read at a time
MEASURES = ("orders", "revenue", "margin")


@dataclass(frozen=True)
class Trials:
    """n starts of trials, of members and controls, P months before and H after each; a customer may start several."""

    is_joiner: NDArray[np.bool_]  # (n,)
    customer: NDArray[np.int64]  # (n,) 0..customers-1
    customers: int
    month: NDArray[np.int64]  # (n,) calendar month of the order it starts from
    start_month: NDArray[np.int64]  # (n,) calendar month of the start
    day: Floats  # (n,) 0..1, how much of that month was over
    gap: Floats  # (n,) months from the last order to the start
    known: Floats  # (n,) months from the first order to the start
    seen: Floats  # (n,) months from the start to the end of the data
    joins_after: Floats  # (n,) months from the start to a control's own joining, endless where never
    channel: NDArray[np.int64]  # (n,) 0.., of the first order
    before: dict[str, NDArray[np.float32]]  # measure -> (n, P), month -1 first
    after: dict[str, NDArray[np.float32]]  # measure -> (n, H), month 1 first
    is_for_spend: bool = False  # whether one joins by what one has spent: that then is known of each

    @property
    def horizon(self) -> int:
        return self.after["orders"].shape[1]

    @property
    def months_before(self) -> int:
        return self.before["orders"].shape[1]

    def in_blocks(self) -> Iterator["Trials"]:
        """All starts, some at a time, without copies: at least one block, though it be empty."""
        for first in range(0, max(len(self.month), 1), _BATCH):
            yield self.take(slice(first, first + _BATCH))

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64] | slice) -> "Trials":
        """Some of the starts."""
        whole = {name: getattr(self, name) for name in self.__dataclass_fields__}
        some = {name: value[rows] for name, value in whole.items() if isinstance(value, np.ndarray)}
        some |= {name: {one: wide[rows] for one, wide in whole[name].items()} for name in ("before", "after")}
        return Trials(**(whole | some))

    def with_joiners(self, joins: NDArray[np.bool_]) -> "Trials":
        """The same starts, had others joined."""
        return replace(self, is_joiner=joins)


def draw_trials(
    connection: duckdb.DuckDBPyConnection,
    *,
    as_of: date,
    horizon_months: int,
    seed: int,
    measures: Sequence[str] = MEASURES,
) -> Trials:
    """Who joined, and who might have: the trials of tables ``orders``, ``customers`` and ``memberships``.

    ``measures``: what is read of each month, of which orders always are.

    Leaves ``trial_joiners`` behind as a table: every member, and why it is compared or left out.
    """
    ends_at = as_of + timedelta(days=1)
    values = {"ends_at": ends_at, "known": KNOWN_MONTHS * MONTH_SECONDS}
    keep(connection, "programme_joins", statement("programme_joins"), {"ends_at": ends_at})
    keep(
        connection,
        "trial_joiners",
        statement("trial_joiners"),
        {"recent": RECENT_DAYS * 86_400, "known": values["known"]},
    )
    known = "SELECT customer_id, first_order_at, first_channel FROM customers WHERE first_order_at IS NOT NULL"
    keep(connection, "known_customers", known)
    bounds = connection.execute(statement("trial_candidates"), values | {"controls": CONTROLS}).df()
    share = bounds["wanted"] / bounds["candidates"].clip(lower=1)
    bounds["bound"] = [digest_bound(float(one)) for one in share]
    connection.register("trial_bounds", bounds.astype({"bound": "str"}))
    keep(connection, "trial_rows", statement("trial_rows"), values | {"salt": f"trial {seed} "})
    connection.unregister("trial_bounds")
    keep(connection, "trial_customers", statement("trial_customers"))
    keep(connection, "trial_orders", statement("trial_orders"), {"ends_at": ends_at})
    return _read(
        connection,
        pd.Timestamp(ends_at),
        horizon_months,
        [one for one in MEASURES if one in measures or one == "orders"],
    )


def _read(
    connection: duckdb.DuckDBPyConnection, ends_at: pd.Timestamp, horizon: int, measures: Sequence[str]
) -> Trials:
    rows = connection.execute(
        "SELECT trial_rows.* EXCLUDE (digest), known_customers.first_channel FROM trial_rows"
        " LEFT JOIN known_customers ON known_customers.customer_id = trial_rows.customer_id ORDER BY trial"
    ).df()
    index_at, gap = rows["index_at"], rows["gap"].to_numpy(float)
    starts = index_at + pd.to_timedelta(gap, unit="s")
    customer, names = pd.factorize(rows["customer_id"])

    def months(seconds: pd.Series) -> Floats:
        return seconds.dt.total_seconds().to_numpy(float) / MONTH_SECONDS

    known = months(starts - rows["first_order_at"])
    # Before the first order of all there is nothing to keep room for.
    longest = min(MOST_BEFORE, int(known.max(initial=KNOWN_MONTHS)) + 1)
    shape = {name: np.zeros((len(rows), longest), dtype=np.float32) for name in measures}
    before, after, is_between = _blocks(connection, shape, len(names), horizon)
    joins_after = np.where(rows["is_joiner"] == 1, np.inf, months(rows["joined_at"] - starts))
    trials = Trials(
        is_joiner=(rows["is_joiner"] == 1).to_numpy(),
        customer=customer.astype(np.int64),
        customers=len(names),
        month=rows["month"].to_numpy(np.int64),
        start_month=(starts.dt.year * 12 + starts.dt.month - 1).to_numpy(np.int64),
        day=((index_at.dt.day - 1) / index_at.dt.days_in_month).to_numpy(float),
        gap=gap / MONTH_SECONDS,
        known=known,
        seen=months(ends_at - starts),
        joins_after=np.where(np.isnan(joins_after), np.inf, joins_after),
        channel=_largest(rows["first_channel"]),
        before=before,
        after=after,
    )
    return trials.take(~is_between & (trials.seen > 0))


def _blocks(
    connection: duckdb.DuckDBPyConnection, before: dict[str, NDArray[np.float32]], customers: int, horizon: int
) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]], NDArray[np.bool_]]:
    """Orders and money by month before and after each start; and who ordered again before the start it was given."""
    starts, longest = before["orders"].shape
    after = {name: np.zeros((starts, horizon), dtype=np.float32) for name in before}
    is_between = np.zeros(starts, dtype=bool)
    for first in range(0, customers, _CUSTOMERS):
        values = {"first": first, "last": first + _CUSTOMERS, "length": MONTH_SECONDS, "most": horizon}
        found: Mapping[str, NDArray] = connection.execute(statement("trial_blocks"), values).fetchnumpy()
        trial, block = found["trial"], found["block"]
        is_between[trial[found["is_between"] == 1]] = True
        late, early = block > 0, (block < 0) & (block >= -longest)
        for name, value in before.items():
            after[name][trial[late], block[late] - 1] = found[name][late]
            value[trial[early], -block[early] - 1] = found[name][early]
    return before, after, is_between


def _largest(channel: pd.Series, most: int = 4) -> NDArray[np.int64]:
    """Numbers of the most frequent values from 1 on, 0 for all others."""
    counts = channel.value_counts()
    ordered = sorted(counts.index, key=lambda name: (-counts[name], name))[:most]
    return channel.map({name: place + 1 for place, name in enumerate(ordered)}).fillna(0).to_numpy(np.int64)
