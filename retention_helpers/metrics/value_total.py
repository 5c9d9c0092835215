"""What all customers together will bring, and how sure that is."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd

from .btyd_data import Histories, weights_of
from .fit import Fit
from .forecast_errors import DRAWS, error_interval, rehearse
from .gamma_gamma import GammaGamma
from .history_fit import OrderModel, discounted_orders
from .intervals import CONFIDENCE, Floats, normal_quantile
from .lifetime_value import Outlook, repeat_spend_mean, score_histories

Params = TypeVar("Params", bound=tuple[float, ...])

SAMPLE = 5000  # histories from whom the slopes of the discounted total are taken
STEP = 1e-3


def value_total(
    orders: Fit[OrderModel], spend: Fit[GammaGamma], histories: pd.DataFrame, *, outlook: Outlook, seed: int = 0
) -> pd.DataFrame:
    """How much will today's customers order and spend, in the horizon and over the whole relationship?

    Sums of expected orders x expected spend per order. In the horizon the interval is for what will happen, from
    forecasts rehearsed on made-up companies (see `forecast_errors`); over the whole relationship, which nobody will see
    happen, for the expectation, by the delta method. Both hold if customers go on as the model has them: whether they
    did so far is for `backtest_orders` to say. The usual wrong edge: an interval of the parameters alone, far too
    narrow, because what a few large customers do is chance.

    Parameters: ``orders``, ``spend``: fits; ``histories``, an `order_histories`; ``outlook`` (horizon, discount, and
    margin share for the profit); ``seed``. Returns five rows:
      measure   orders, revenue, profit, discounted_revenue, discounted_profit
      expected  order days or money; profit is missing without a margin share, all of it without a fit
      low, high 95 %
      interval  "what will happen" or "the expectation"
      customers customers
    """
    scored = score_histories(orders, spend, histories, outlook=outlook)
    h = Histories.of(histories)
    n = int(h.customers.sum())
    margin = np.nan if outlook.margin_share is None else outlook.margin_share
    sums = {
        "orders": float(h.customers @ scored["expected_orders"]),
        "revenue": float(scored["expected_spend"].sum(skipna=False)),
        "discounted_revenue": float(scored["discounted_spend"].sum(skipna=False)),
    }
    if not orders.converged:
        sums = dict.fromkeys(sums, np.nan)  # of no customers at all a sum would be 0
    edges = dict.fromkeys(sums, (np.nan, np.nan))
    if orders.converged and spend.converged:
        errors = rehearse((orders, spend), h, np.array([outlook.horizon_days]), seed=seed, draws=DRAWS)
        for name, missed in (("orders", errors.orders[:, 0]), ("revenue", errors.spend)):
            edges[name] = error_interval(sums[name], missed, errors.shrink)
        error = discounted_log_error((orders, spend), histories, outlook=outlook, seed=seed)
        spread = np.exp(normal_quantile(CONFIDENCE) * error)
        edges["discounted_revenue"] = sums["discounted_revenue"] / spread, sums["discounted_revenue"] * spread
    rows = []
    for name, total in sums.items():
        rows.append((name, total, *edges[name]))
        if name != "orders":
            rows.append((name.replace("revenue", "profit"), *(margin * part for part in rows[-1][1:])))
    frame = pd.DataFrame(rows, columns=["measure", "expected", "low", "high"])
    meant = np.where(frame["measure"].str.startswith("discounted"), "the expectation", "what will happen")
    return frame.astype({"measure": "str"}).assign(interval=pd.Series(meant, dtype="str"), customers=n)


def discounted_log_error(
    fits: tuple[Fit[OrderModel], Fit[GammaGamma]], histories: pd.DataFrame, *, outlook: Outlook, seed: int = 0
) -> float:
    """How far may the discounted total be from its expectation? Standard error of its logarithm, by the delta method.

    The two models are fitted apart, so their errors add. The usual wrong edge: it knows of the parameters' errors
    alone, not of what a few large customers will do by chance.

    Parameters: ``fits`` of orders and spend; ``histories``, an `order_histories`; ``outlook``; ``seed`` of the sample
    of histories that the slopes are taken from. Returns one number above 0.
    """
    orders, spend = fits
    rows = _sample(histories, seed)
    h, mean = Histories.of(rows), repeat_spend_mean(rows)
    now = h.customers * discounted_orders(orders.params, h, outlook.yearly_discount)
    per_order = h.customers * spend.params.expected_spend(h.x, mean)

    def by_orders(params: OrderModel) -> float:
        return float(np.log(per_order @ discounted_orders(params, h, outlook.yearly_discount)))

    def by_spend(params: GammaGamma) -> float:
        return float(np.log(now @ params.expected_spend(h.x, mean)))

    slopes = _slopes(orders.params, by_orders), _slopes(spend.params, by_spend)
    return float(np.sqrt(sum(slope @ fit.covariance @ slope for fit, slope in zip(fits, slopes, strict=True))))


def _slopes(params: Params, total: Callable[[Params], float]) -> Floats:
    """Derivatives of a total by the logarithms of the parameters, by central differences."""
    point = np.log(np.array(params))
    shifts = STEP * np.eye(point.size)
    ends = [(type(params)(*np.exp(point + shift)), type(params)(*np.exp(point - shift))) for shift in shifts]
    return np.array([(total(above) - total(below)) / (2 * STEP) for above, below in ends])


def _sample(histories: pd.DataFrame, seed: int) -> pd.DataFrame:
    """All histories, or those of a sample of customers where there are many: slopes are means over customers."""
    many = weights_of(histories)
    if len(histories) <= SAMPLE:
        return histories
    drawn = np.random.default_rng(seed).choice(len(histories), SAMPLE, p=many / many.sum())
    rows, times = np.unique(drawn, return_counts=True)
    spent = histories["repeat_spend"].to_numpy()[rows] / many[rows] * times
    return histories.iloc[rows].assign(customers=times, repeat_spend=spent)
