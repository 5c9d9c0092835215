"""The whole sample company: draw it, write its exports, and write down what is true."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from . import baskets, campaigns, contacts, costs, dirt, exports, feedback, programme, sales, touchpoints
from . import shop as work
from .calendar import Calendar
from .catalogue import COMPANION_SHARE, Catalogue
from .money import write_csv
from .orders import BY_MEMBERSHIP, Orders
from .people import CHANNELS, DEFAULT_BIRTH_YEAR, GROWTH, NEVER, RATE_MEAN, RATE_SHAPE, SOURCE_RATES, SOURCES, People

TRUTH = "truth"


def write_company(
    folder: Path, *, customers: int = 20_000, months: int = 36, last_month: str = "2026-10", seed: int = 7
) -> None:
    """Write a company's exports to ``folder``, and its true effects to ``folder/truth/truth.json``.

    The same arguments give the same bytes. Orders come as one file per month, ``orders-YYYY-MM.csv``; the other
    tables of the input contract as one file each. Fewer customers give a smaller company of the same kind (from about
    300 customers and 12 months on).
    """
    calendar = Calendar(last_month, months)
    streams = _streams(seed)
    folder.mkdir(parents=True, exist_ok=True)
    people = People.draw(next(streams), calendar, customers)
    shop = work.Shop(people, calendar, next(streams))
    orders = shop.run()
    every = sales.book(next(streams), orders, calendar, customers)
    catalogue = Catalogue.draw(next(streams))
    lines = baskets.fill(next(streams), catalogue, calendar, every, people)
    rows = dirt.spoil(next(streams), lines, every, catalogue, calendar)
    exports.write_orders(folder, exports.orders_text(rows, catalogue, people, calendar), calendar)
    tables = _tables(streams, (people, shop, orders, calendar), sales.spent(every, lines))
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table)
    truth = _truth((people, shop, orders, calendar), catalogue)
    truth["dirt"] = dirt.ledger(rows, calendar) | _table_dirt(tables)
    truth["arguments"] = {"customers": customers, "months": months, "last_month": last_month, "seed": seed}
    (folder / TRUTH).mkdir(exist_ok=True)
    (folder / TRUTH / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


Company = tuple[People, work.Shop, Orders, Calendar]


def _streams(seed: int) -> Iterator[np.random.Generator]:
    """One generator of random numbers per step, so that a change of one step leaves the others as they are."""
    number = 0
    while True:
        yield np.random.default_rng([seed, number])
        number += 1


def _tables(streams: Iterator[np.random.Generator], company: Company, spent: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """All tables but the orders, as text."""
    people, shop, orders, calendar = company
    rng = next(streams)
    waves, asked = feedback.surveys(rng, orders, people, calendar)
    helped, about = feedback.support(rng, orders)
    web = np.flatnonzero((orders.channel != CHANNELS.index("store")) & (rng.random(len(orders)) < 0.10))
    given = [
        feedback.answers(rng, orders, people, (asked, np.concatenate([wave.at for wave in waves])), "nps").assign(
            stage="use"
        ),
        feedback.answers(rng, orders, people, (about, helped.at), "csat").assign(stage="support"),
        feedback.answers(rng, orders, people, (web, orders.at[web]), "csat").assign(stage="purchase"),
    ]
    memberships = programme.table(next(streams), shop.members, spent, calendar)
    memberships.insert(0, "customer_id", people.ids[memberships.pop("customer")])
    market = np.unique(orders.customer[orders.channel == CHANNELS.index("marketplace")])
    return {
        "customers": people.table(next(streams)),
        "identities": exports.identities(people, market),
        "memberships": memberships,
        "contacts": contacts.table(next(streams), [*shop.waves, *waves, helped], people, calendar),
        "feedback": feedback.table(next(streams), pd.concat(given, ignore_index=True), orders, people, calendar),
        "touchpoints": touchpoints.table(next(streams), orders, people, shop.members, calendar),
        "costs": costs.table(next(streams), people, calendar),
    }


def _table_dirt(tables: dict[str, pd.DataFrame]) -> dict[str, int]:
    """What the other tables hold besides clean values."""
    given, customers = tables["feedback"], tables["customers"]
    return {
        "customers_with_default_birth_year": int((customers["birth_year"] == str(DEFAULT_BIRTH_YEAR)).sum()),
        "answers_coded_no_answer": int((given["score"] == str(feedback.NO_ANSWER)).sum()),
        "answers_with_blank_score": int((given["score"] == "").sum()),
        "answers_without_customer": int((given["customer_id"] == "").sum()),
    }


def _truth(company: Company, catalogue: Catalogue) -> dict[str, object]:
    """What no notebook may read: the effects and the constants behind the files."""
    people, shop, orders, calendar = company
    member = (shop.members.joined_at[orders.customer] < orders.at) & (shop.members.left_at[orders.customer] > orders.at)
    new = (people.first_clock >= 0) & (people.first_clock < NEVER)
    arrived = np.bincount(people.first_clock[new].astype(int), minlength=calendar.months)
    counts = {
        "orders_while_member": int(member.sum()),
        "extra_orders": int((orders.cause == BY_MEMBERSHIP).sum()),
    }
    return {
        **work.truth(),
        "loyalty_programme": programme.truth(shop.members, calendar, counts),
        "campaigns": shop.campaign_truth
        | {"CARE": {"purpose": "post_purchase", "effect": 0.0, "holdout_share": campaigns.CARE_HOLDOUT}},
        "welcome": {
            "holdout_share": campaigns.WELCOME_HOLDOUT,
            "chance_of_extra_order_within_30_days": campaigns.WELCOME_CHANCE,
        },
        "feedback": feedback.truth(),
        "journey": touchpoints.truth(),
        "buying": {
            "rate_mean_a_month": RATE_MEAN,
            "rate_gamma_shape": RATE_SHAPE,
            "rate_by_source": dict(zip(SOURCES, SOURCE_RATES, strict=True)),
            "new_customers_growth_a_month": GROWTH,
            "companion_share": COMPANION_SHARE,
            "companions": dict(
                zip(catalogue.codes.tolist(), catalogue.codes[catalogue.companion].tolist(), strict=True)
            ),
            "orders_placed": len(orders),
            "new_customers": dict(zip(calendar.labels, arrived.tolist(), strict=True)),
        },
        "acquisition_cost_cents": costs.COST_PER_NEW_CENTS,
    }
