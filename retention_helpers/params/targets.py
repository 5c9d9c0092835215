"""Targets of a company: for which key figures there can be one, and which numbers make sense."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from retention_helpers.errors import did_you_mean

# The key figures of `metrics.kpis` (a test holds the two together), by the most that a target of theirs can be: a share
# never exceeds 1, a ratio may, yet one above 5 was meant as a percentage.
SHARES = (
    "new_retention_rate",
    "existing_retention_rate",
    "churn_rate",
    "strict_retention",
    "grr",
    "repeat_customer_share",
    "returning_revenue_share",
)
RATIOS = ("crr", "nrr")
AMOUNTS = (
    "active_customers",
    "new_customers",
    "orders",
    "revenue",
    "average_order_value",
    "purchase_frequency",
    "revenue_per_customer",
)
HIGHEST = dict.fromkeys(SHARES, 1.0) | dict.fromkeys(RATIOS, 5.0) | dict.fromkeys(AMOUNTS, float("inf"))

Target = Annotated[float, Field(strict=True, gt=0)]


def checked_targets(targets: Mapping[str, float]) -> Mapping[str, float]:
    """The targets as they are; raises `ValueError` for an unknown key figure and for a rate given in per cent.

    >>> checked_targets({"churn_rate": 10})
    Traceback (most recent call last):
    ...
    ValueError: churn_rate: 10 is 1,000%; write 0.1 for 10%
    """
    for name, target in targets.items():
        if name not in HIGHEST:
            hint = did_you_mean(name, HIGHEST)
            raise ValueError(f'"{name}" is no key figure.{hint} Known: {", ".join(HIGHEST)}')
        if target > HIGHEST[name]:
            raise ValueError(f"{name}: {target:g} is {target * 100:,.0f}%; write {target / 100:g} for {target:g}%")
    return targets
