"""Who is in which arm and came back within the window: worked by hand, and held against a twin that knows the rules."""

from datetime import date, datetime, timedelta

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from pandas import isna

from retention_helpers.errors import CallError, PeriodError
from retention_helpers.metrics.campaign_units import campaign_ledger, campaign_units
from retention_helpers.metrics.experiments import read_sums
from retention_helpers.metrics.frames import statement
from retention_helpers.metrics.life_stages import life_statement
from tests.metrics.campaign_base import (
    AS_OF,
    BEGIN,
    COUNTED,
    RULES,
    WINDOW,
    Contact,
    Order,
    Shop,
    month_of,
    settings,
    twin,
)

DAY = timedelta(days=1)


def units(shop: Shop, *, months: int = 12, **changes: object):
    return campaign_units(shop.base(), as_of=AS_OF, months=months, settings=settings(**changes), rules=RULES)


def column(shop: Shop, name: str, **more: object) -> dict[str, object]:
    """Customer -> a column of the units."""
    return dict(units(shop, **more).project(f"customer_id, {name}").fetchall())


def test_an_order_counts_after_the_first_contact_and_to_the_end_of_the_window() -> None:
    edge = BEGIN + WINDOW * DAY
    second = timedelta(seconds=1)
    moments = {"before": BEGIN - DAY, "at once": BEGIN, "after": BEGIN + second, "last": edge, "late": edge + second}
    shop = Shop([Contact("c", who) for who in moments], [Order(who, at) for who, at in moments.items()])
    assert column(shop, "is_back") == {"before": 0, "at once": 0, "after": 1, "last": 1, "late": 0}
    assert column(shop, "orders_before") == {"before": 1, "at once": 1, "after": 0, "last": 0, "late": 0}


def test_the_arm_is_that_of_the_first_contact_whatever_came_later() -> None:
    later = BEGIN + 3 * DAY
    shop = Shop(
        [
            Contact("c", "a", BEGIN, "control", cents=0),
            Contact("c", "a", later, "treatment", step=2),
            Contact("c", "b", BEGIN, "treatment"),
            Contact("c", "b", later, "control", step=2, cents=0),
            Contact("c", "d", BEGIN, "control", cents=0),
        ]
    )
    assert column(shop, "is_control") == {"a": 1, "b": 0, "d": 1}
    assert column(shop, "is_reached") == {"a": 1, "b": 1, "d": 0}
    assert column(shop, "contacts") == {"a": 1, "b": 1, "d": 0}


@pytest.mark.parametrize("sign", [{"cents": 3}, {"cents": 0, "opened": BEGIN + DAY}])
def test_a_hold_out_that_cost_something_or_opened_was_contacted(sign: dict) -> None:
    assert column(Shop([Contact("c", "a", BEGIN, "control", **sign)]), "is_reached") == {"a": 1}


def test_what_contacts_cost_is_not_known_where_one_of_them_lacks_its_cost() -> None:
    later = BEGIN + 3 * DAY
    shop = Shop(
        [
            Contact("c", "a", cents=3),
            Contact("c", "a", later, step=2, cents=4),
            Contact("c", "b", cents=3),
            Contact("c", "b", later, step=2, cents=None),
            Contact("c", "held", arm="control", cents=None),
        ]
    )
    assert column(shop, "cost_cents") == {"a": 7, "b": None, "held": 0}
    assert column(shop, "is_reached")["held"] == 0
    sums = read_sums(units(shop)).set_index("arm")["cost_cents"]
    assert isna(sums["treatment"])
    assert sums["control"] == 0


def test_a_campaign_is_over_when_its_last_window_is_and_a_standing_one_customer_by_customer() -> None:
    last = datetime(AS_OF.year, AS_OF.month, AS_OF.day) + DAY - WINDOW * DAY
    just, open_ = Contact("c", "a", last - DAY), Contact("c", "b", last + timedelta(seconds=1))
    assert column(Shop([just]), "is_over") == {"a": 1}
    assert column(Shop([Contact("c", "a", last)]), "is_over") == {"a": 1}
    assert column(Shop([just, open_]), "is_over") == {"a": 0, "b": 0}
    long_ago = Contact("c", "z", last - (WINDOW + 1) * DAY)
    assert column(Shop([long_ago, just, open_]), "is_over") == {"z": 1, "a": 1, "b": 0}


def test_a_list_of_ours_has_a_window_of_its_own_and_counts_it_from_its_name() -> None:
    shop = Shop([Contact("win_back-2026-06", "a", datetime(2026, 6, 5)), Contact("WB", "b", datetime(2026, 6, 5))])
    assert column(shop, "window_days") == {"a": 90, "b": WINDOW}
    own = {"lists": {"win_back": {"window_days": None}}}
    assert column(shop, "window_days", **own) == {"a": 28 + WINDOW, "b": WINDOW}  # the chain, and as long as others


def test_the_stage_of_life_is_that_of_the_moment_of_the_first_contact() -> None:
    first = {who: [] for who in ("potential", "new", "repeat", "loyal", "advocate", "at_risk", "lapsed", "returned")}
    first["new"] = [BEGIN - 5 * DAY]
    first["repeat"] = [BEGIN - 40 * DAY, BEGIN - 5 * DAY]
    first["loyal"] = first["advocate"] = [BEGIN - days * DAY for days in (70, 60, 50, 40)]
    first["at_risk"] = [datetime(2026, 4, 5)]
    first["lapsed"] = [datetime(2026, 2, 5)]
    first["returned"] = [datetime(2025, 12, 5), BEGIN - DAY]
    later = {who: [*moments, BEGIN + DAY] for who, moments in first.items()}  # an order after it changes nothing
    month = month_of(BEGIN)
    for orders in (first, later):
        shop = Shop(
            [Contact("c", who) for who in orders],
            [Order(who, at) for who, moments in orders.items() for at in moments],
            {"advocate": (month - 1, month + 5), "loyal": (month - 9, month - 1)},
        )
        assert column(shop, "life_stage") == {who: who for who in orders}


def test_only_campaigns_of_the_last_months_are_shown_and_every_contact_is_counted_once() -> None:
    shop = Shop(
        [
            Contact("now", "a", BEGIN),
            Contact("old", "a", datetime(2025, 10, 31, 23)),
            Contact("just", "b", datetime(2025, 11, 1)),
            Contact("later", "b", datetime(2026, 11, 1)),
            Contact("nps", "b", BEGIN, purpose="survey"),
            Contact("now", None, BEGIN),
            Contact("now", "d", BEGIN, None),
        ]
    )
    found = units(shop, not_marketing=["survey"])
    assert sorted(found.project("campaign_id, customer_id").fetchall()) == [("just", "b"), ("now", "a")]
    con = shop.base()
    campaign_units(con, as_of=AS_OF, months=12, settings=settings(not_marketing=["survey"]), rules=RULES)
    ledger = campaign_ledger(con, as_of=AS_OF, months=12)
    assert dict(ledger.to_numpy().tolist()) == {
        "counted": 2, "experiment": 0, "earlier": 1, "service": 1, "no_customer": 1, "no_arm": 1,
    }  # fmt: skip


def test_a_day_inside_a_month_and_no_month_at_all_are_refused() -> None:
    con = Shop().base()
    with pytest.raises(PeriodError):
        campaign_units(con, as_of=date(2026, 10, 30), months=12, settings=settings(), rules=RULES)
    with pytest.raises(CallError, match="months is 0"):
        campaign_units(con, as_of=AS_OF, months=0, settings=settings(), rules=RULES)


def test_a_company_without_contacts_has_no_units_and_no_sums() -> None:
    assert units(Shop()).fetchall() == []
    assert read_sums(units(Shop())).empty


names = st.sampled_from(["spring", "win_back-2026-07", "care"])
people = st.sampled_from(["a", "b", "c", "d"])
times = st.integers(-200, 120).map(lambda days: BEGIN + days * DAY) | st.just(BEGIN + WINDOW * DAY)
contacts = st.builds(
    Contact,
    names,
    people | st.none(),
    times,
    st.sampled_from(["treatment", "voucher", "control", None]),
    st.integers(1, 3) | st.none(),
    st.sampled_from(["win_back", "survey", None]),
    st.sampled_from(["email", "sms", None]),
    st.integers(0, 9) | st.none(),
)
shops = st.builds(
    Shop,
    st.lists(contacts, max_size=25),
    st.lists(st.builds(Order, people, times, st.integers(1, 5000)), max_size=25),
)


@given(shop=shops, months=st.integers(1, 14))
def test_every_count_is_that_of_the_twin(shop: Shop, months: int) -> None:
    wanted = settings(not_marketing=["survey"])
    found = read_sums(campaign_units(shop.base(), as_of=AS_OF, months=months, settings=wanted, rules=RULES))
    counted = {
        (row["campaign_id"], row["arm"]): {name: None if isna(row[name]) else int(row[name]) for name in COUNTED}
        for row in found.to_dict("records")
    }
    assert counted == twin(shop, wanted, months=months)


@given(shop=shops, later=st.lists(contacts, max_size=5))
def test_what_comes_after_the_month_changes_nothing(shop: Shop, later: list[Contact]) -> None:
    after = datetime(2026, 11, 5)
    more = Shop(
        [*shop.contacts, *(Contact(c.campaign, c.customer, after, c.arm, c.step, c.purpose) for c in later)],
        [*shop.orders, Order("a", after), Order("b", after)],
    )
    rows = [sorted(units(each).project("* EXCLUDE (days_to_order)").fetchall(), key=str) for each in (shop, more)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    "name",
    ["campaign_firsts", "campaign_units", "campaign_sums", "campaign_contacts", "campaign_groups", "campaign_steps"],
)
def test_the_statements_keep_to_sql_that_spark_speaks(name: str) -> None:
    text = life_statement(name, as_of=AS_OF, rules=RULES) if name == "campaign_units" else statement(name)
    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, read="spark")
