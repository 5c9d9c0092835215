"""The trials of a simulated shop, as the estimator draws them."""

from contextlib import closing

from retention_helpers import engine
from retention_helpers.metrics.trials import Trials, draw_trials

from .world import Simulated


def trials_of(shop: Simulated) -> Trials:
    """Six months after joining, seed 0."""
    with closing(engine.connect()) as con:
        for name in ("orders", "customers", "memberships"):
            con.register(name, getattr(shop, name))
        return draw_trials(con, as_of=shop.as_of.date(), horizon_months=6, seed=0)
