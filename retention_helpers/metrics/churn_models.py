"""The ways to tell who may leave: two simple rules, a model of ordering, two that learn from what customers did.

Each gives an order (who is likelier to stay silent) and a chance. A rule knows no chances: how often customers of its
values stayed silent after a past cut is read off (isotonic regression).
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logit

from .btyd_data import HISTORY
from .churn_data import FEATURES, ChurnRules, Cut
from .fit import Fit
from .frames import numbers
from .intervals import Floats
from .lifetime_value import BgNbd, fit_bg_nbd, probability_no_order

RULES = ("recency", "rfm")
MODELS = ("bg_nbd", "logistic", "boosting")
SCORES = RULES + MODELS
BOOSTED = 20_000  # customers that the trees learn from: more of them cost time and change little
_EDGE = 1e-9

Order = Callable[[pd.DataFrame], Floats]


@dataclass(frozen=True, eq=False)
class Score:
    """One way, ready for customers of a day: ``order`` ranks them, ``chance`` is that of no order in the horizon."""

    name: str
    order: Order
    chance: Order


@dataclass(frozen=True, eq=False)
class Learned:
    """What a way has learnt from a past cut; ``on`` makes it ready for another day."""

    name: str
    horizon_days: int
    told: Order | None = None

    def on(self, day: Cut) -> Score | None:
        """The score for customers of a day, whose own ranks and habits of ordering it takes; None where it cannot."""
        if self.name in ("logistic", "boosting"):
            return None if self.told is None else Score(self.name, self.told, self.told)
        order = _order(self.name, day.features, self.horizon_days)
        if order is None:
            return None
        if self.told is None:
            return Score(self.name, order, order)
        steps = self.told
        return Score(self.name, order, lambda features: steps(pd.DataFrame({"order": order(features)})))


def learn(name: str, past: Cut, rules: ChurnRules, *, seed: int = 0) -> Learned:
    """Learn one of `SCORES` from a cut whose outcome is known.

    recency    who has been silent longer
    rfm        who ranks lower by recency, frequency and money, the three ranks added up
    bg_nbd     P(no order in the horizon) of the BG/NBD model, which learns from the orders of the day itself
    logistic   logistic regression on the logarithms of `FEATURES`
    boosting   gradient boosted trees on `FEATURES`
    """
    silent = past.is_silent
    if name in ("logistic", "boosting"):
        fit = _logistic if name == "logistic" else _boosting
        told = None if silent is None or silent.all() or not silent.any() else fit(past.features, silent, seed)
        return Learned(name, rules.horizon_days, told)
    if name == "bg_nbd":
        return Learned(name, rules.horizon_days)
    order = _order(name, past.features, rules.horizon_days)
    return Learned(name, rules.horizon_days, _isotonic(order(past.features), silent))


def model_of_ordering(day: pd.DataFrame) -> Fit[BgNbd]:
    """BG/NBD of the customers of a day, by the features of their orders."""
    rows = day.groupby(list(HISTORY), sort=True).size().rename("customers").reset_index()
    return fit_bg_nbd(rows)


def _order(name: str, day: pd.DataFrame, horizon_days: int) -> Order | None:
    if name == "recency":
        return lambda features: numbers(features, "days_since_last_order")
    if name == "rfm":
        return _rank_sum(day)
    fit = model_of_ordering(day)
    if not fit.converged:
        return None
    return lambda features: _by_history(fit, features, horizon_days)


def _by_history(fit: Fit[BgNbd], features: pd.DataFrame, horizon_days: int) -> Floats:
    return probability_no_order(fit, features[list(HISTORY)], horizon_days=horizon_days)


def _rank_sum(day: pd.DataFrame) -> Order:
    """Ranks among the customers of the day as shares of 1, ties at their middle; more of the sum is worse."""
    known = {name: np.sort(numbers(day, name)) for name in ("days_since_last_order", "orders", "spend_cents")}

    def place(name: str, values: Floats) -> Floats:
        ordered = known[name]
        both = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
        return both / (2 * max(ordered.size, 1))

    def order(features: pd.DataFrame) -> Floats:
        silent, often, much = (place(name, numbers(features, name)) for name in known)
        return silent + (1 - often) + (1 - much)

    return order


def _isotonic(order: Floats, silent: np.ndarray) -> Order:
    from sklearn.isotonic import IsotonicRegression  # here, because it takes a second to load

    fit = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(order, silent)
    x, y = fit.X_thresholds_, fit.y_thresholds_
    return lambda features: np.interp(numbers(features, "order"), x, y)


def _logistic(features: pd.DataFrame, silent: np.ndarray, seed: int) -> Order | None:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    raw = logarithms(features)
    centre, spread = raw.mean(axis=0), raw.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    fit = LogisticRegression(max_iter=500, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit.fit((raw - centre) / spread, silent)
    if fit.n_iter_.max() >= fit.max_iter:
        return None
    weights = fit.coef_[0] / spread
    start = float(fit.intercept_[0] - centre @ weights)
    return lambda rows: 1 / (1 + np.exp(-(start + logarithms(rows) @ weights)))


def _boosting(features: pd.DataFrame, silent: np.ndarray, seed: int) -> Order:
    from sklearn.ensemble import HistGradientBoostingClassifier

    # Rows are in order of ids: every so many-th is as good a sample as any, and the same one each time.
    every = -(-len(features) // BOOSTED)
    fit = HistGradientBoostingClassifier(
        learning_rate=0.1, max_iter=60, max_leaf_nodes=8, min_samples_leaf=100, early_stopping=False, random_state=seed
    )
    fit.fit(matrix(features)[::every], silent[::every])
    return lambda rows: fit.predict_proba(matrix(rows))[:, 1]


def matrix(features: pd.DataFrame) -> Floats:
    """`FEATURES` as an array, shape (n, 7)."""
    return np.column_stack([numbers(features, name) for name in FEATURES])


def logarithms(features: pd.DataFrame) -> Floats:
    """The logarithms of 1 + `FEATURES`: from 0 to 1 is as far as from 9 to 19. Nobody spent less than nothing."""
    return np.log1p(np.maximum(matrix(features), 0))


def log_odds(chance: Floats) -> Floats:
    """Chances on a scale without ends, on which reasons add up."""
    return logit(np.clip(chance, _EDGE, 1 - _EDGE))
