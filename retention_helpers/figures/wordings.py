"""What is said of a KPI: three full sentences each (up, down, no reliable change), chosen by the change's interval.

Full sentences, not parts: in Russian and Ukrainian verb and noun must agree, so nothing is put together from pieces.
No sentence names a cause. To add a KPI: one entry in `WORDINGS`; a test walks them all.
"""

from dataclasses import dataclass

from retention_helpers.words import marked

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
        marked("Customers who ordered"), "integer",
        marked("More customers ordered: {value}"), marked("Fewer customers ordered: {value}"),
        marked("About as many customers ordered as a month before: {value}"),
        marked("at least one order in the month"),
    ),
    "new_customers": Wording(
        marked("New customers"), "integer",
        marked("More new customers came: {value}"), marked("Fewer new customers came: {value}"),
        marked("About as many new customers came as a month before: {value}"),
        marked("first order ever in the month"),
    ),
    "orders": Wording(
        marked("Orders"), "integer",
        marked("The number of orders rose to {value}"), marked("The number of orders fell to {value}"),
        marked("The number of orders shows no reliable change: {value}"),
        marked("valid orders of known customers"),
    ),
    "revenue": Wording(
        marked("Net revenue"), "money",
        marked("Net revenue rose to {value}"), marked("Net revenue fell to {value}"),
        marked("Net revenue shows no reliable change: {value}"),
        marked("after refunds and cancellations"),
    ),
    "average_order_value": Wording(
        marked("Average order value"), "money",
        marked("The average order rose to {value}"), marked("The average order fell to {value}"),
        marked("The average order shows no reliable change: {value}"),
        marked("net revenue per order"), digits=2,
    ),
    "purchase_frequency": Wording(
        marked("Orders per buyer"), "number",
        marked("Buyers ordered more often: {value} orders each"),
        marked("Buyers ordered less often: {value} orders each"),
        marked("Buyers ordered about as often as a month before: {value} orders each"),
        marked("orders per customer who ordered"), digits=2,
    ),
    "revenue_per_customer": Wording(
        marked("Revenue per buyer"), "money",
        marked("A buyer brought more: {value}"), marked("A buyer brought less: {value}"),
        marked("A buyer brought about as much as a month before: {value}"),
        marked("net revenue per customer who ordered"), digits=2,
    ),
    "new_retention_rate": Wording(
        marked("Retention of new customers"), "percent",
        marked("More new customers came back: {value}"), marked("Fewer new customers came back: {value}"),
        marked("The return of new customers shows no reliable change: {value}"),
        marked("of last month's new customers ordered again"),
    ),
    "existing_retention_rate": Wording(
        marked("Retention of existing customers"), "percent",
        marked("More existing customers ordered again: {value}"),
        marked("Fewer existing customers ordered again: {value}"),
        marked("The retention of existing customers shows no reliable change: {value}"),
        marked("of last month's existing customers ordered again"),
    ),
    "crr": Wording(
        marked("Customer retention rate"), "percent",
        marked("The customer retention rate rose to {value}"), marked("The customer retention rate fell to {value}"),
        marked("The customer retention rate shows no reliable change: {value}"),
        marked("(active now - new) / active before; may exceed 100%"),
    ),
    "churn_rate": Wording(
        marked("Churn rate"), "percent",
        marked("More customers were lost: {value} of the active ones"),
        marked("Fewer customers were lost: {value} of the active ones"),
        marked("The share of customers lost shows no reliable change: {value}"),
        marked("of the active customers are no longer active"), more_is_better=False,
    ),
    "strict_retention": Wording(
        marked("Stayed active"), "percent",
        marked("More of the active customers stayed active: {value}"),
        marked("Fewer of the active customers stayed active: {value}"),
        marked("The share of customers who stayed active shows no reliable change: {value}"),
        marked("of the active customers are still active"),
    ),
    "nrr": Wording(
        marked("Net revenue retention"), "percent",
        marked("Last month's buyers brought more of their revenue again: {value}"),
        marked("Last month's buyers brought less of their revenue again: {value}"),
        marked("Net revenue retention shows no reliable change: {value}"),
        marked("revenue of last month's buyers / their revenue then"),
    ),
    "grr": Wording(
        marked("Gross revenue retention"), "percent",
        marked("Gross revenue retention rose to {value}"), marked("Gross revenue retention fell to {value}"),
        marked("Gross revenue retention shows no reliable change: {value}"),
        marked("the part of last month's revenue that was kept, without growth"),
    ),
    "repeat_customer_share": Wording(
        marked("Returning buyers"), "percent",
        marked("More of the buyers had bought before: {value}"),
        marked("Fewer of the buyers had bought before: {value}"),
        marked("The share of returning buyers shows no reliable change: {value}"),
        marked("of this month's buyers had bought before"),
    ),
    "returning_revenue_share": Wording(
        marked("Revenue from returning customers"), "percent",
        marked("Returning customers brought a larger part of revenue: {value}"),
        marked("Returning customers brought a smaller part of revenue: {value}"),
        marked("The part of revenue from returning customers shows no reliable change: {value}"),
        marked("of net revenue came from customers who had bought before"),
    ),
}  # fmt: skip
