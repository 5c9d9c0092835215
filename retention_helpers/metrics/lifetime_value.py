"""What will customers order and spend? The models' answers, for any histories; the models themselves by name.

    ordering without contract   `fit_bg_nbd` (the house's choice), `fit_pareto_nbd`   on `order_histories`
    spend per order             `fit_gamma_gamma`                                     on `spend_histories`
    contracts                   `fit_sbg`                                             on periods paid

Days throughout, money in the currency of the report, chances 0..1. Everything is missing for a fit that was refused.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from retention_helpers.errors import CallError

from .bg_nbd import BgNbd, fit_bg_nbd
from .btyd_data import HISTORY, SPENDING, Histories, columns, weights_of
from .fit import Fit, Refusal, parameter_table
from .frames import statement
from .gamma_gamma import GammaGamma, fit_gamma_gamma, spend_independence
from .history_fit import OrderModel, discounted_orders
from .intervals import Floats
from .pareto_nbd import ParetoNbd, fit_pareto_nbd
from .sbg import Sbg, contract_survival, fit_sbg

__all__ = [
    "BgNbd",
    "Fit",
    "GammaGamma",
    "Outlook",
    "ParetoNbd",
    "Refusal",
    "Sbg",
    "contract_survival",
    "expected_discounted_orders",
    "expected_orders",
    "expected_spend",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_pareto_nbd",
    "fit_sbg",
    "parameter_table",
    "probability_alive",
    "probability_no_order",
    "score_customers",
    "score_histories",
    "spend_independence",
]


SCORES = ("expected_orders", "discounted_orders", "probability_no_order", "probability_alive")


@dataclass(frozen=True)
class Outlook:
    """How far to look: ``horizon_days``, above 0, and for the whole relationship ``yearly_discount``, a rate above 0.

    ``margin_share`` of revenue is profit, where it is known.
    """

    horizon_days: float
    yearly_discount: float = 0.10
    margin_share: float | None = None

    def __post_init__(self) -> None:
        if not self.horizon_days > 0:
            raise CallError(f"horizon_days is {self.horizon_days}; look ahead by more than 0 days.")
        if not 0 < self.yearly_discount < 1:
            raise CallError(f"yearly_discount is {self.yearly_discount}; give a rate between 0 and 1, like 0.10.")
        if self.margin_share is not None and not 0 < self.margin_share <= 1:
            raise CallError(f"margin_share is {self.margin_share}; give a share above 0 and up to 1, like 0.35.")


def expected_orders(fit: Fit[OrderModel], histories: pd.DataFrame, *, horizon_days: float) -> Floats:
    """How many orders will a customer of this history place in the next days?

    The conditional expectation of BG/NBD or Pareto/NBD given the history. The history of a new customer on the day of
    the first order is 0, 0, 0. The usual wrong edge: the first order is none of those expected.

    Parameters: ``fit`` of `fit_bg_nbd` or `fit_pareto_nbd`; ``histories`` with repeat_orders,
    days_first_to_last_order, days_observed, n rows; ``horizon_days`` > 0. Returns shape (n,), order days >= 0.
    Source: Fader, Hardie and Lee (2005), equation 10; Fader and Hardie (2005) on Pareto/NBD, equation 41.
    """
    days = Outlook(horizon_days).horizon_days
    return _answered(fit, histories, lambda model, h: model.expected_orders(h, days))


def expected_discounted_orders(fit: Fit[OrderModel], histories: pd.DataFrame, *, yearly_discount: float) -> Floats:
    """How many further orders is a customer of this history worth, later ones counting for less?

    Expected orders over the whole relationship, discounted continuously. The usual wrong edge: without a discount the
    sum has no end under BG/NBD, for those who order once and never again are never taken for gone.

    Parameters as `expected_orders`; ``yearly_discount`` as a share of a year, 0.10 for 10 %. Returns shape (n,).
    Source: Fader, Hardie and Lee (2005), "RFM and CLV" (their DERT, which is a closed form for Pareto/NBD).
    """
    discount = Outlook(1, yearly_discount).yearly_discount
    return _answered(fit, histories, lambda model, h: discounted_orders(model, h, discount))


def probability_alive(fit: Fit[OrderModel], histories: pd.DataFrame) -> Floats:
    """How probable is it that a customer of this history has not left for good?

    Only where the model says something: BG/NBD lets nobody leave before a repeat order, so one-time buyers are missing
    (its formula would give them 1). The usual wrong edge: this is no churn score; `probability_no_order` is.

    Parameters as `expected_orders`. Returns shape (n,), 0..1 or missing.
    Source: Fader, Hardie and Lee (2005); Schmittlein, Morrison and Colombo (1987).
    """
    return _answered(fit, histories, lambda model, h: model.probability_alive(h))


def probability_no_order(fit: Fit[OrderModel], histories: pd.DataFrame, *, horizon_days: float) -> Floats:
    """How probable is it that a customer of this history orders nothing in the next days?

    The likelihood of the history going on without an order until then, divided by that of the history: holds for
    one-time buyers as for others. The usual wrong edge: whoever orders rarely is likely to order nothing soon although
    nobody left.

    Parameters as `expected_orders`. Returns shape (n,), 0..1, falling with ``horizon_days``.
    """
    days = Outlook(horizon_days).horizon_days

    def chance(model: OrderModel, h: Histories) -> Floats:
        later = Histories(h.x, h.tx, h.T + days, h.customers)
        return np.exp(np.minimum(model.log_likelihood(later) - model.log_likelihood(h), 0))

    return _answered(fit, histories, chance)


def expected_spend(fit: Fit[GammaGamma], spending: pd.DataFrame) -> Floats:
    """How much will a customer spend on an order? Their own mean, drawn towards everybody's the fewer orders they made.

    The usual wrong edge: taking a mean of one or two orders at its face value.

    Parameters: ``fit`` of `fit_gamma_gamma`; ``spending`` with repeat_orders (0 too), repeat_spend_mean (any value, or
    missing, where there is no repeat order), n rows. Returns shape (n,), money per order.
    Source: Fader and Hardie (2013), "The Gamma-Gamma model of monetary value", equation 5.
    """
    x, z = columns(spending, SPENDING)
    return fit.params.expected_spend(x, z)


def score_histories(
    orders: Fit[OrderModel], spend: Fit[GammaGamma], histories: pd.DataFrame, *, outlook: Outlook
) -> pd.DataFrame:
    """What is to be expected of one customer of each history, and of all of them together?

    Parameters: ``orders``, ``spend``: fits; ``histories``, an `order_histories`; ``outlook``. Returns its rows, with
      expected_orders       order days in the horizon, of one customer
      discounted_orders     over the whole relationship, discounted, of one customer
      probability_no_order  0..1, in the horizon
      probability_alive     0..1, missing where the model says nothing
      spend_per_order       money, mean over the row's customers (each counts with their own repeat spend)
      expected_spend        money in the horizon, of all the row's customers
      discounted_spend      money over the whole relationship, discounted, of all the row's customers
    """
    many, x = weights_of(histories), columns(histories, HISTORY[:1])[0]
    ahead = {
        "expected_orders": expected_orders(orders, histories, horizon_days=outlook.horizon_days),
        "discounted_orders": expected_discounted_orders(orders, histories, yearly_discount=outlook.yearly_discount),
        "probability_no_order": probability_no_order(orders, histories, horizon_days=outlook.horizon_days),
        "probability_alive": probability_alive(orders, histories),
        # Linear in the mean spend at the same number of orders: exact for the sum of customers of one history.
        "spend_per_order": spend.params.expected_spend(x, repeat_spend_mean(histories)),
    }
    value = many * ahead["spend_per_order"]
    sums = {
        "expected_spend": value * ahead["expected_orders"],
        "discounted_spend": value * ahead["discounted_orders"],
    }
    return histories.assign(**ahead, **sums)


def repeat_spend_mean(histories: pd.DataFrame) -> Floats:
    """Money per repeat order of all customers of a history together, shape (n,); 0 without a repeat order."""
    x, total = columns(histories, ("repeat_orders", "repeat_spend"))
    return np.maximum(total, 0) / np.maximum(x * weights_of(histories), 1)


def score_customers(
    connection: duckdb.DuckDBPyConnection,
    customers: duckdb.DuckDBPyRelation,
    scored: pd.DataFrame,
    spend: Fit[GammaGamma],
) -> duckdb.DuckDBPyRelation:
    """What is to be expected of each customer? `score_histories` joined to its customers in the database.

    Parameters: ``connection``; ``customers``, the `customer_histories` whose histories are ``scored``, a
    `score_histories`; ``spend``, the fit it was made with. Returns a relation, one row per customer:
      customer_id, repeat_orders, days_first_to_last_order, days_observed  as in ``customers``
      expected_orders, discounted_orders, probability_no_order, probability_alive  as in ``scored``
      spend_per_order    money, expected of this customer
      expected_spend     money in the horizon, expected of this customer
      discounted_spend   money over the whole relationship, discounted
    """
    p, q, v = spend.params
    pull = p * columns(scored, HISTORY[:1])[0] + q - 1
    known = connection.from_df(scored[[*HISTORY, *SCORES]].assign(spend_of_all=p * v / pull, spend_of_own=p / pull))
    return customers.join(known, ", ".join(HISTORY)).query("scored_customers", statement("customer_scores"))


def _answered(
    fit: Fit[OrderModel], histories: pd.DataFrame, answer: Callable[[OrderModel, Histories], Floats]
) -> Floats:
    """The model's answer for each history; missing without a fit."""
    h = Histories.of(histories)
    return answer(fit.params, h) if fit.converged else np.full(h.x.size, np.nan)
