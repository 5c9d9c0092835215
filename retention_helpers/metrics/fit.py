"""What a fitted model is: its parameters and how sure they are, or the reason why there are none."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np
import pandas as pd

from .intervals import CONFIDENCE, Floats, normal_quantile

Reason = Literal[
    "too_few_customers", "too_short", "no_repeat_orders", "nobody_left", "no_mean", "not_converged", "all_alike"
]
Params = TypeVar("Params", bound=tuple[float, ...])

FEWEST_CUSTOMERS = 500
FEWEST_DAYS = 180


@dataclass(frozen=True)
class Refusal:
    """Why nothing was fitted: there was less than is needed.

    too_few_customers  customers, of 500 (100 with repeat orders for spend, 100 for a contract)
    too_short          days since the first order of all, of 180 (periods, of 2, for a contract)
    no_repeat_orders   customers with a repeat order, of 1
    nobody_left        customers who ended their contract, of 1
    all_alike          active customers who did otherwise than the others, of 1: nobody is told from anybody
    no_mean            q of the Gamma-Gamma model, which has a mean above 1 alone
    not_converged      the fit found no single best answer: what its last step would still have gained, of 0.0001
    """

    reason: Reason
    found: float
    needed: float


@dataclass(frozen=True, repr=False)
class Fit(Generic[Params]):
    """A model fitted by maximum likelihood.

    ``params`` by name, all missing where the data were too few (``refusal`` says why), and then everything computed
    from them is missing too: a report that asks no question still claims nothing. ``covariance`` is that of the
    logarithms of the parameters, from the Hessian.
    """

    params: Params
    log_likelihood: float
    n: int
    covariance: Floats
    refusal: Refusal | None = None

    def __repr__(self) -> str:
        if self.refusal is not None:
            why = self.refusal
            return f"Fit({type(self.params).__name__} refused: {why.reason}, {why.found:g} of {why.needed:g})"
        named = ", ".join(f"{name}={value:.5g}" for name, value in zip(self.params._fields, self.params, strict=True))
        return f"Fit({type(self.params).__name__}({named}), log_likelihood={self.log_likelihood:.3f}, n={self.n})"

    @property
    def converged(self) -> bool:
        """Whether there are parameters."""
        return self.refusal is None

    @classmethod
    def refused(cls, model: type[Params], n: float, refusal: Refusal) -> "Fit[Params]":
        """A fit that was not made."""
        size = len(model._fields)
        return cls(model(*[np.nan] * size), np.nan, int(n), np.full((size, size), np.nan), refusal)


def parameter_table(fit: Fit, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Which parameters does the fit have, and how sure are they? Delta method on their logarithms.

    All are above 0, and their likelihood is closer to normal in the logarithm: estimate * exp(+- z * se). Returns one
    row per parameter:
      parameter  text, as the model's paper calls it
      estimate   above 0
      low, high  interval at ``confidence``; missing without a fit
    """
    spread = np.exp(normal_quantile(confidence) * np.sqrt(np.diag(fit.covariance)))
    estimate = np.array(fit.params, dtype=float)
    names = pd.Series(fit.params._fields, dtype="str")
    return pd.DataFrame({"parameter": names, "estimate": estimate, "low": estimate / spread, "high": estimate * spread})
