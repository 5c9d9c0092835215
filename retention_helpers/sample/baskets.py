"""What is in each order of the sample company: its lines, exact to the cent."""

import numpy as np
import pandas as pd

from .calendar import Calendar, Floats, Ints
from .catalogue import COMPANION_SHARE, Catalogue, category_shares
from .people import People

FAVOURITE_SHARE = 0.45  # of lines are of the customer's favourite category
MORE_LINES, MOST_LINES = 0.80, 9
PRICE_RISE = 0.025  # every January
SALE_MONTHS = {
    10: 0.40,
    11: 0.22,
    0: 0.30,
    6: 0.25,
}  # share of discounted lines by month of the year, otherwise SALE_SHARE
SALE_SHARE = 0.12


def fill(
    rng: np.random.Generator, catalogue: Catalogue, calendar: Calendar, orders: pd.DataFrame, people: People
) -> pd.DataFrame:
    """One row per order line: order, product, quantity, price, discount, amount, margin; money in cents.

    ``orders`` has one row per order with customer (negative: nobody known) and at.
    """
    size = 1 + np.minimum(rng.poisson(MORE_LINES, len(orders)), MOST_LINES - 1)
    order = np.repeat(np.arange(len(orders)), size)
    position = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size)
    customer = orders["customer"].to_numpy()[order]
    month = calendar.month(orders["at"].to_numpy())[order]
    product = _products(rng, catalogue, (customer, calendar.month_of_year[month], position), people)
    lines = pd.DataFrame({"order": order, "product": product, "customer": customer, "month": month})
    lines = lines.drop_duplicates(["order", "product"]).reset_index(drop=True)
    return _priced(rng, catalogue, calendar, lines, people)


def _products(rng: np.random.Generator, catalogue: Catalogue, lines: tuple[Ints, Ints, Ints], people: People) -> Ints:
    """The favourite category or a seasonal one; or the companion of the line before."""
    customer, month_of_year, position = lines
    n = len(customer)
    category = (rng.random(n)[:, None] > category_shares()[month_of_year]).sum(axis=1)
    loyal = (rng.random(n) < FAVOURITE_SHARE) & (customer >= 0)
    category = np.where(loyal, people.favourite[customer], np.minimum(category, 9))
    product = catalogue.pick(category, rng.random(n))
    paired = (position > 0) & (rng.random(n) < COMPANION_SHARE)
    for place in range(1, MOST_LINES):
        now = np.flatnonzero(paired & (position == place))
        product[now] = catalogue.companion[product[now - 1]]
    return product


def _priced(
    rng: np.random.Generator, catalogue: Catalogue, calendar: Calendar, lines: pd.DataFrame, people: People
) -> pd.DataFrame:
    """Quantity, price of that year, discount, amount = quantity x price - discount, and margin."""
    n = len(lines)
    product, month = lines["product"].to_numpy(), lines["month"].to_numpy()
    customer = lines["customer"].to_numpy()
    year: Ints = calendar.year[month] - calendar.year[0]
    price = (catalogue.price[product] * (1 + PRICE_RISE) ** year).astype(np.int64) // 10 * 10 + 9
    quantity = np.minimum(rng.geometric(0.8, n), 8) * np.where(customer >= 0, people.bulk[customer], 1)
    share: Floats = np.array([SALE_MONTHS.get(m, SALE_SHARE) for m in range(12)])[calendar.month_of_year[month]]
    percent = np.where(rng.random(n) < share, rng.choice([5, 10, 15, 20], n, p=[0.2, 0.45, 0.2, 0.15]), 0)
    discount = (quantity * price * percent + 50) // 100
    amount = quantity * price - discount
    cost = (catalogue.price[product] * catalogue.cost_share[product] * (1 + PRICE_RISE) ** year).astype(np.int64)
    return lines.assign(
        quantity=quantity, price=price, discount=discount, amount=amount, margin=amount - quantity * cost
    )
