"""Each metric of a small shop again, from orders and sets of customers.

Nothing here shares code with the package: a twin that shares code shares its mistakes.
"""

import math
from collections import Counter
from datetime import date, timedelta

from tests.metrics.shops import AS_OF, Shop, month_of


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def all_months(shop: Shop, as_of: date = AS_OF) -> list[int]:
    return list(range(shop.months[0], month_of(as_of) + 1)) if shop.months else []


def twin_retention(shop: Shop, month: int, rule: str = "non_first_order") -> dict[str, float]:
    new, again = shop.new(month - 1), shop.repeaters(month - 1)
    older = shop.buyers(month - 1) - new
    existing = again if rule == "non_first_order" else older
    now = shop.buyers(month)
    return {
        "new_customers": len(shop.new(month)),
        "existing_customers": len(now - shop.new(month)),
        "new_base": len(new),
        "new_retained": len(new & now),
        "new_retention_rate": ratio(len(new & now), len(new)),
        "existing_base": len(existing),
        "existing_retained": len(existing & now),
        "existing_retention_rate": ratio(len(existing & now), len(existing)),
        "overlap_customers": len(new & existing),
    }


def twin_ledger(shop: Shop, month: int, active_months: int, months: int = 1) -> dict[str, float]:
    start_month = month - months
    start = shop.buyers(*range(start_month - active_months + 1, start_month + 1))
    end = shop.buyers(*range(month - active_months + 1, month + 1))
    new = shop.new(*range(start_month + 1, month + 1))
    return {
        "customers_start": len(start),
        "lost": len(start - end),
        "returned": len(end - start - new),
        "new_customers": len(end & new),
        "customers_end": len(end),
        "kept": len(start & end),
        "crr": ratio(len(end) - len(end & new), len(start)),
        "strict_retention": ratio(len(start & end), len(start)),
        "churn_rate": ratio(len(start - end), len(start)),
    }


def twin_money(shop: Shop, months: range) -> dict[str, float]:
    buyers = len(shop.buyers(*months))
    orders = sum(order.month in months for order in shop.orders)
    revenue = sum(cents for (_, month), cents in shop.revenue.items() if month in months) / 100
    return {
        "buyers": buyers,
        "orders": orders,
        "revenue": revenue,
        "average_order_value": ratio(revenue, orders),
        "purchase_frequency": ratio(orders, buyers),
        "revenue_per_customer": ratio(revenue, buyers),
    }


def twin_revenue_retention(shop: Shop, now: range, before: range) -> dict[str, float]:
    base = {who: max(shop.spent(who, *before), 0) for who in shop.buyers(*before)}
    again = {who: max(shop.spent(who, *now), 0) for who in shop.buyers(*before) & shop.buyers(*now)}
    kept = sum(min(cents, base[who]) for who, cents in again.items())
    return {"nrr": ratio(sum(again.values()), sum(base.values())), "grr": ratio(kept, sum(base.values()))}


def twin_kpis(shop: Shop, month: int, active_months: int, months: int = 1) -> dict[str, float]:
    """Every key figure of the window of ``months`` that ends with ``month``."""
    now, before = range(month - months + 1, month + 1), range(month - 2 * months + 1, month - months + 1)
    money, ledger = twin_money(shop, now), twin_ledger(shop, month, active_months, months)
    buyers, new, base_new = shop.buyers(*now), shop.new(*now), shop.new(*before)
    existing = shop.repeaters(*before)
    returning = sum(shop.spent(who, *now) for who in buyers - new)
    return {
        "active_customers": len(buyers),
        "new_customers": len(new),
        **{name: money[name] for name in ("orders", "revenue", "average_order_value")},
        **{name: money[name] for name in ("purchase_frequency", "revenue_per_customer")},
        "new_retention_rate": ratio(len(base_new & buyers), len(base_new)),
        "existing_retention_rate": ratio(len(existing & buyers), len(existing)),
        **{name: ledger[name] for name in ("crr", "churn_rate", "strict_retention")},
        **twin_revenue_retention(shop, now, before),
        "repeat_customer_share": ratio(len(buyers - new), len(buyers)),
        "returning_revenue_share": ratio(returning, sum(shop.spent(who, *now) for who in buyers)),
    }


def twin_open_gaps(shop: Shop, as_of: date) -> Counter:
    last = {order.customer: order.at.date() for order in shop.orders}
    return Counter((as_of - day).days for day in last.values())


def twin_lifetimes(shop: Shop, as_of: date, lapse_days: int) -> Counter:
    first, last = shop.first(), {order.customer: order.at.date() for order in shop.orders}
    found: Counter = Counter()
    for customer, day in last.items():
        lapse = day + timedelta(days=lapse_days)
        begin = first[customer].at.date()
        found[(min(lapse, as_of) - begin).days, lapse <= as_of] += 1
    return found
