"""Who is on a list, at which step and in which arm: worked by hand, and held against a twin that knows the rules."""

from datetime import date

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import CallError, PeriodError
from retention_helpers.metrics.audiences import (
    ARMS,
    REASONS,
    audience_ledger,
    audience_rows,
    audience_steps,
    favourites,
    listed_customers,
)
from retention_helpers.metrics.frames import HERE, statement
from retention_helpers.params import Audiences
from tests.metrics.audience_base import (
    AS_OF,
    PERIOD,
    Company,
    Contact,
    Order,
    a_list,
    days_before,
    settings,
    twin,
)

CHAIN = a_list(steps=[{"name": "reminder"}, {"name": "offer", "days_after": 14}, {"name": "bonus", "days_after": 14}])


def asked(company: Company, wanted: Audiences, *channels: str, as_of: date = AS_OF) -> duckdb.DuckDBPyRelation:
    con = company.base()
    labels = {"rfm_segment": con.table("labelled")}
    return audience_rows(con, labels, as_of=as_of, settings=wanted, reachable=frozenset(channels))


def answers(rows: duckdb.DuckDBPyRelation) -> dict[tuple[str, str], tuple]:
    """(list, customer) -> (left_out, campaign, step, arm)."""
    found = rows.project("list, customer_id, left_out, campaign_id, step, arm").fetchall()
    keyed = {(name, who): tuple(rest) for name, who, *rest in found}
    assert len(keyed) == len(found), "a customer is asked once by a list"
    return keyed


def reasons(company: Company, wanted: Audiences, *channels: str) -> dict[str, str | None]:
    """Customer -> why not on the only list."""
    return {who: answer[0] for (_, who), answer in answers(asked(company, wanted, *channels)).items()}


# ---- worked by hand


def test_who_has_the_segment_and_agreed_is_on_the_list_at_its_first_step() -> None:
    company = Company({"a": "A", "b": "B"})
    assert answers(asked(company, settings({"back": a_list()}))) == {
        ("back", "a"): (None, f"back-{PERIOD}", 1, "treatment")
    }


def test_consent_is_for_a_channel_and_an_unknown_one_is_none() -> None:
    company = Company(
        dict.fromkeys("abc", "A"),
        consents={"a": (True, False, None), "b": (False, True, None), "c": (None, None, True)},
    )
    by_mail, by_sms, by_push = (settings({"back": a_list(channel=channel)}) for channel in ("email", "sms", "push"))
    assert reasons(company, by_mail) == {"a": None, "b": "no_consent", "c": "consent_unknown"}
    assert reasons(company, by_sms) == {"a": "no_consent", "b": None, "c": "consent_unknown"}
    assert reasons(company, by_push) == {"a": "consent_unknown", "b": "consent_unknown", "c": None}
    assumed = settings({"back": a_list()}, consent="assumed")
    assert reasons(company, assumed) == {"a": None, "b": "no_consent", "c": None}


def test_a_company_that_records_no_consent_contacts_nobody_unless_it_says_so() -> None:
    company = Company({"a": "A"}, agreed=None)
    assert reasons(company, settings({"back": a_list()})) == {"a": "consent_unknown"}
    assert reasons(company, settings({"back": a_list()}, consent="assumed")) == {"a": None}


def test_an_address_is_needed_where_the_company_gives_any_or_the_destination_asks_for_it() -> None:
    people = dict.fromkeys("abc", "A")
    addresses = {"a": ("a@x.example", None, "h"), "b": (None, "+380441234567", None), "c": (None, None, "h")}
    company = Company(people, addresses=addresses)
    assert set(reasons(company, settings({"back": a_list()})).values()) == {None}
    assert reasons(company, settings({"back": a_list()}), "email") == {"a": None, "b": "no_address", "c": None}
    assert reasons(company, settings({"back": a_list(channel="sms")}), "sms") == {
        "a": "no_address",
        "b": None,
        "c": "no_address",
    }
    theirs = settings({"back": a_list(destination="mailchimp")}, identifiers=["email"])
    assert reasons(company, theirs) == {"a": None, "b": "no_address", "c": "no_address"}  # a hash is no address there


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        (Contact("a", "X", days_before(9)), "contacted_lately"),
        (Contact("a", "X", days_before(10)), None),
        (Contact("a", "X", days_before(0, hour=23)), "contacted_lately"),
        (Contact("a", "X", days_before(-1)), None),  # after the month: not known then
        (Contact("a", "X", days_before(2), arm="control"), None),  # nobody wrote to a control
        (Contact("a", "X", days_before(2), purpose="support"), None),
        (Contact("a", "X", days_before(2), purpose=None), "contacted_lately"),
        (Contact("b", "X", days_before(2)), None),
    ],
)
def test_who_was_contacted_less_than_so_many_days_ago_is_left_out(contact: Contact, reason: str | None) -> None:
    company = Company({"a": "A"}, [contact])
    assert reasons(company, settings({"back": a_list()}))["a"] == reason


def test_a_chain_goes_on_step_by_step_with_its_campaign_and_its_arm() -> None:
    def sent(*steps: tuple[int, int], arm: str = "treatment") -> list[Contact]:
        return [Contact("a", "back-2026-08", days_before(days), arm, step=step) for step, days in steps]

    wanted = settings({"back": CHAIN})
    for contacts, answer in (
        ([], (None, f"back-{PERIOD}", 1, "treatment")),
        (sent((1, 14)), (None, "back-2026-08", 2, "treatment")),
        (sent((1, 13)), ("not_yet_due", None, None, None)),
        (sent((1, 40), (2, 20)), (None, "back-2026-08", 3, "treatment")),
        (sent((1, 40), (2, 20), arm="control"), (None, "back-2026-08", 3, "control")),
        (sent((1, 50), (2, 36), (3, 20)), ("chain_done", None, None, None)),
        (sent((1, 61)), (None, f"back-{PERIOD}", 1, "treatment")),  # forgotten: it begins anew
        (sent((1, 60)), (None, "back-2026-08", 2, "treatment")),
    ):
        assert answers(asked(Company({"a": "A"}, contacts), wanted))["back", "a"] == answer, contacts


def test_who_left_the_segment_stays_in_a_chain_and_a_return_is_told_in_its_month() -> None:
    begun = [Contact("a", "back-2026-08", days_before(50), step=1)]
    wanted = settings({"back": CHAIN})
    elsewhere = Company({"a": "B"}, begun)
    (row,) = asked(elsewhere, wanted).project("is_member, segment, step, left_out").fetchall()
    assert row == (False, "B", 2, None)
    for days, segment, reason in (
        (3, "B", "came_back"),
        (3, "A", "came_back"),
        (35, "A", "came_back"),
        (51, "A", None),
    ):
        company = Company({"a": segment}, begun, [Order("a", days_before(days))])
        assert reasons(company, wanted) == {"a": reason}, (days, segment)
    last_month = Company({"a": "B"}, begun, [Order("a", days_before(35))])
    assert reasons(last_month, wanted) == {}  # it was told then


def test_an_order_in_the_hour_before_the_first_contact_is_no_return_one_in_the_hour_after_is() -> None:
    wanted = settings({"back": CHAIN})
    begun = [Contact("a", "back-2026-09", days_before(20, hour=12))]
    for hour, reason in ((11, None), (12, None), (13, "came_back")):
        assert reasons(Company({"a": "A"}, begun, [Order("a", days_before(20, hour=hour))]), wanted) == {"a": reason}


def test_who_fits_two_lists_is_on_the_one_where_a_chain_is_open_else_on_the_first() -> None:
    wanted = settings({"first": a_list(), "second": CHAIN})
    assert {name: a[0] for (name, _), a in answers(asked(Company({"a": "A"}), wanted)).items()} == {
        "first": None,
        "second": "on_another_list",
    }
    begun = Company({"a": "A"}, [Contact("a", "second-2026-09", days_before(20))])
    assert {name: a[0] for (name, _), a in answers(asked(begun, wanted)).items()} == {
        "first": "on_another_list",
        "second": None,
    }
    waiting = Company({"a": "A"}, [Contact("a", "second-2026-10", days_before(11), arm="control")])
    assert {name: a[0] for (name, _), a in answers(asked(waiting, wanted)).items()} == {
        "first": "on_another_list",
        "second": "not_yet_due",
    }


def test_a_campaign_of_another_name_is_no_chain_of_the_list() -> None:
    for campaign in ("back", "back-2026", "backs-2026-09", "come_back-2026-09", "back-2026-09x"):
        company = Company({"a": "A"}, [Contact("a", campaign, days_before(20))])
        assert answers(asked(company, settings({"back": CHAIN})))["back", "a"][2] == 1, campaign


def test_a_customer_once_written_to_is_no_control_any_more() -> None:
    contacts = [
        Contact("a", "back-2026-09", days_before(50), arm="control", step=1),
        Contact("a", "back-2026-09", days_before(30), arm="treatment", step=2),
    ]
    assert answers(asked(Company({"a": "A"}, contacts), settings({"back": CHAIN})))["back", "a"][3] == "treatment"


def test_a_label_that_is_not_given_and_a_day_inside_a_month_are_refused() -> None:
    wanted = settings({"back": a_list(rfm_segment=None, life_stage=["lapsed"])})
    with pytest.raises(CallError, match="by life_stage, which is not given"):
        asked(Company({"a": "A"}), wanted)
    with pytest.raises(PeriodError):
        asked(Company({"a": "A"}), settings({"back": a_list()}), as_of=date(2026, 10, 30))


# ---- the twin

NAMES = st.sampled_from("abcdef")
TRISTATE = st.sampled_from((True, True, None, False))


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """Few people and many contacts, so that chains, arms and returns meet."""
    segments = draw(st.dictionaries(NAMES, st.sampled_from("AABC"), max_size=6))
    campaigns = st.sampled_from(("one-2026-10", "one-2026-09", "one-2026-07", "two-2026-09", "two-2026-10", "X"))
    contacts = draw(
        st.lists(
            st.builds(
                Contact,
                customer=NAMES,
                campaign=campaigns,
                at=st.integers(-2, 130).map(days_before),
                arm=st.sampled_from(("treatment", "control", "reminder")),
                purpose=st.sampled_from(("win_back", "support", None)),
                step=st.sampled_from((None, 1, 2, 3)),
            ),
            max_size=14,
        )
    )
    orders = draw(st.lists(st.builds(Order, customer=NAMES, at=st.integers(-2, 90).map(days_before)), max_size=6))
    consents = draw(st.dictionaries(NAMES, st.tuples(TRISTATE, TRISTATE, TRISTATE), max_size=6))
    mail, phone = st.sampled_from((None, "m@x.example")), st.sampled_from((None, "+380441234567"))
    addresses = draw(st.dictionaries(NAMES, st.tuples(mail, phone, st.sampled_from((None, "h"))), max_size=6))
    addresses = {who: given for who, given in addresses.items() if any(given)}
    return Company(segments, contacts, orders, consents, addresses, draw(TRISTATE))


PLANS = (
    settings({"one": CHAIN | {"holdout_share": 0.3}, "two": a_list(rfm_segment=["A", "B"], holdout_share=0.5)}),
    settings({"two": a_list(channel="sms", steps=CHAIN["steps"]), "one": CHAIN}, consent="assumed", rest_days=90),
)


@given(company=companies(), plan=st.sampled_from(PLANS), channels=st.sets(st.sampled_from(("email", "sms"))))
def test_every_answer_equals_its_brute_force_twin(company: Company, plan: Audiences, channels: set[str]) -> None:
    rows = asked(company, plan, *channels)
    assert answers(rows) == twin(company, plan, frozenset(channels))
    ledger = audience_ledger(rows, lists=list(plan.lists))
    assert (ledger["asked"] == ledger["listed"] + ledger[list(REASONS)].sum(axis=1)).all()
    assert (ledger["asked"] == ledger["members"] + ledger["under_way"]).all()
    assert (ledger["listed"] == ledger[list(ARMS)].sum(axis=1)).all()
    listed = [who for (_, who), (reason, *_) in answers(rows).items() if reason is None]
    assert len(listed) == len(set(listed)) == ledger["listed"].sum()
    steps = audience_steps(rows, settings=plan)
    assert steps[list(ARMS)].sum().tolist() == ledger[list(ARMS)].sum().tolist()


@given(company=companies())
def test_what_comes_later_and_the_order_of_rows_change_nothing(company: Company) -> None:
    before = answers(asked(company, PLANS[0]))
    later = [Contact(who, "one-2026-11", days_before(-3)) for who in "abc"]
    more = Company(
        dict(reversed(company.segments.items())), [*later, *reversed(company.contacts)],
        [Order("a", days_before(-5)), *reversed(company.orders)], company.consents, company.addresses, company.agreed,
    )  # fmt: skip
    assert {key: value for key, value in answers(asked(more, PLANS[0])).items() if key in before} == before


# ---- tables and personal columns


def test_a_list_of_nobody_has_its_row_of_zeros_and_the_types_are_the_same() -> None:
    wanted = settings({"back": a_list(), "none": a_list(rfm_segment=["Z"])})
    full = audience_ledger(asked(Company({"a": "A"}), wanted), lists=["back", "none"])
    empty = audience_ledger(asked(Company({}), wanted), lists=["back", "none"])
    assert full["listed"].tolist() == [1, 0]
    assert empty.drop(columns="list").to_numpy().sum() == 0
    assert (empty.dtypes == full.dtypes).all()
    assert list(empty) == list(full)
    assert (audience_ledger(asked(Company({}), wanted), lists=[]).dtypes == full.dtypes).all()


def test_a_favourite_is_what_most_orders_name_then_the_later_then_the_first_by_name() -> None:
    orders = [
        Order("a", days_before(9), "tea", "web"), Order("a", days_before(8), "tea", "store"),
        Order("a", days_before(1), "cups", "store"),
        Order("b", days_before(9), "tea"), Order("b", days_before(8), "cups"),
        Order("c", days_before(9), "tea", "web"), Order("c", days_before(9), "cups", "app"),
        Order("d", days_before(3), "unassigned", "unassigned"), Order("d", days_before(40), "tea", "unassigned"),
        Order("e", days_before(-4), "tea"),
    ]  # fmt: skip
    con = Company(dict.fromkeys("abcdef", "A"), orders=orders).base()
    found = favourites(con, con.table("labelled"), as_of=AS_OF).order("customer_id").fetchall()
    assert found == [
        ("a", "tea", "store"), ("b", "cups", "web"), ("c", "cups", "app"), ("d", "tea", None), ("e", None, None),
        ("f", None, None),
    ]  # fmt: skip


def test_a_file_row_holds_the_address_of_the_lists_own_channel_alone() -> None:
    addresses = dict.fromkeys("ab", ("m@x.example", "+380441234567", "h"))
    company = Company({"a": "A", "b": "B"}, addresses=addresses)
    con = company.base()
    asked(company, settings({"mail": a_list(), "sms": a_list(rfm_segment=["B"], channel="sms")}))
    liked = con.sql("SELECT 'a' AS customer_id, 'tea' AS favourite_category, 'web' AS favourite_channel")
    offers = con.sql("SELECT 'a' AS customer_id, 'p1' AS next_product_id, NULL AS next_product_name")
    found = listed_customers(con, liked=liked, offers=offers).order("list")
    shown = found.project("list, customer_id, email, phone, email_hash, favourite_category, next_product_id").fetchall()
    assert shown == [
        ("mail", "a", "m@x.example", None, "h", "tea", "p1"),
        ("sms", "b", None, "+380441234567", None, None, None),
    ]


@pytest.mark.parametrize(
    "name", [*sorted(path.stem for path in HERE.glob("audience_*.sql")), "favourites", "listed_customers"]
)
def test_the_statements_can_be_said_in_spark(name: str) -> None:
    text = statement(name)
    assert text.startswith("-- One row per ")
    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, read="spark")
