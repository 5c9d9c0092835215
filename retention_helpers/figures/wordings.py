"""What is said of a KPI: three full sentences each (up, down, no reliable change), chosen by the change's interval.

Full sentences, not parts: in Russian and Ukrainian verb and noun must agree, so nothing is put together from pieces.
No sentence names a cause. To add a KPI: one entry in `WORDINGS`; a test walks them all.
"""

from dataclasses import dataclass

from .unit import Unit


@dataclass(frozen=True)
class Wording:
    """How one KPI is named and spoken of; ``unit`` and ``digits`` say how its value is written."""

    name: str
    unit: Unit
    up: str
    down: str
    flat: str
    meaning: str
    more_is_better: bool = True
    digits: int | None = None


WORDINGS: dict[str, Wording] = {
    "active_customers": Wording(
        "Customers who ordered", "integer",
        "More customers ordered: {value}", "Fewer customers ordered: {value}",
        "About as many customers ordered as a month before: {value}",
        "at least one order in the month",
    ),
    "new_customers": Wording(
        "New customers", "integer",
        "More new customers came: {value}", "Fewer new customers came: {value}",
        "About as many new customers came as a month before: {value}",
        "first order ever in the month",
    ),
    "orders": Wording(
        "Orders", "integer",
        "The number of orders rose to {value}", "The number of orders fell to {value}",
        "The number of orders shows no reliable change: {value}",
        "valid orders of known customers",
    ),
    "revenue": Wording(
        "Net revenue", "money",
        "Net revenue rose to {value}", "Net revenue fell to {value}",
        "Net revenue shows no reliable change: {value}",
        "after refunds and cancellations",
    ),
    "average_order_value": Wording(
        "Average order value", "money",
        "The average order rose to {value}", "The average order fell to {value}",
        "The average order shows no reliable change: {value}",
        "net revenue per order", digits=2,
    ),
    "purchase_frequency": Wording(
        "Orders per buyer", "number",
        "Buyers ordered more often: {value} orders each", "Buyers ordered less often: {value} orders each",
        "Buyers ordered about as often as a month before: {value} orders each",
        "orders per customer who ordered", digits=2,
    ),
    "revenue_per_customer": Wording(
        "Revenue per buyer", "money",
        "A buyer brought more: {value}", "A buyer brought less: {value}",
        "A buyer brought about as much as a month before: {value}",
        "net revenue per customer who ordered", digits=2,
    ),
    "new_retention_rate": Wording(
        "Retention of new customers", "percent",
        "More new customers came back: {value}", "Fewer new customers came back: {value}",
        "The return of new customers shows no reliable change: {value}",
        "of last month's new customers ordered again",
    ),
    "existing_retention_rate": Wording(
        "Retention of existing customers", "percent",
        "More existing customers ordered again: {value}", "Fewer existing customers ordered again: {value}",
        "The retention of existing customers shows no reliable change: {value}",
        "of last month's existing customers ordered again",
    ),
    "crr": Wording(
        "Customer retention rate", "percent",
        "The customer retention rate rose to {value}", "The customer retention rate fell to {value}",
        "The customer retention rate shows no reliable change: {value}",
        "(active now - new) / active before; may exceed 100%",
    ),
    "churn_rate": Wording(
        "Churn rate", "percent",
        "More customers were lost: {value} of the active ones", "Fewer customers were lost: {value} of the active ones",
        "The share of customers lost shows no reliable change: {value}",
        "of the active customers are no longer active", more_is_better=False,
    ),
    "strict_retention": Wording(
        "Stayed active", "percent",
        "More of the active customers stayed active: {value}", "Fewer of the active customers stayed active: {value}",
        "The share of customers who stayed active shows no reliable change: {value}",
        "of the active customers are still active",
    ),
    "nrr": Wording(
        "Net revenue retention", "percent",
        "Last month's buyers brought more of their revenue again: {value}",
        "Last month's buyers brought less of their revenue again: {value}",
        "Net revenue retention shows no reliable change: {value}",
        "revenue of last month's buyers / their revenue then",
    ),
    "grr": Wording(
        "Gross revenue retention", "percent",
        "Gross revenue retention rose to {value}", "Gross revenue retention fell to {value}",
        "Gross revenue retention shows no reliable change: {value}",
        "the part of last month's revenue that was kept, without growth",
    ),
    "repeat_customer_share": Wording(
        "Returning buyers", "percent",
        "More of the buyers had bought before: {value}", "Fewer of the buyers had bought before: {value}",
        "The share of returning buyers shows no reliable change: {value}",
        "of this month's buyers had bought before",
    ),
    "returning_revenue_share": Wording(
        "Revenue from returning customers", "percent",
        "Returning customers brought a larger part of revenue: {value}",
        "Returning customers brought a smaller part of revenue: {value}",
        "The part of revenue from returning customers shows no reliable change: {value}",
        "of net revenue came from customers who had bought before",
    ),
}  # fmt: skip
