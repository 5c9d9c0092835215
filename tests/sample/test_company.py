"""The company as a whole: its files, its determinism, its columns, and what the truth file holds."""

import hashlib
from pathlib import Path

import pytest

from retention_helpers.sample import write_company

# the input contract: every column, the optional ones too; outcomes is for experiments that come without orders
CONTRACT = {
    "orders": "customer_id ordered_at amount order_id quantity unit_price product_id product_name category channel "
    "discount margin currency status refund_of",
    "customers": "customer_id registered_at gender birth_year city country source email phone email_hash referred_by "
    "consent_email consent_sms consent_push manager",
    "identities": "alias_id customer_id",
    "memberships": "customer_id at event order_id tier points value paid",
    "contacts": "campaign_id customer_id at arm purpose step channel offer cost opened_at clicked_at",
    "feedback": "at question score customer_id comment channel topic stage weight",
    "touchpoints": "customer_id at stage channel",
    "costs": "month purpose amount channel",
}


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(company, tmp_path):
    write_company(tmp_path, customers=800)
    assert digests(tmp_path) == digests(company)


def test_another_seed_gives_another_company(company, tmp_path):
    write_company(tmp_path, customers=800, seed=8)
    other, own = digests(tmp_path), digests(company)
    assert other.keys() == own.keys()
    assert all(other[name] != own[name] for name in own)


def test_a_short_and_small_company_can_be_written(tmp_path):
    write_company(tmp_path, customers=300, months=12, last_month="2025-06")
    months = sorted(path.stem.removeprefix("orders-") for path in tmp_path.glob("orders-*.csv"))
    assert (len(months), months[0], months[-1]) == (12, "2024-07", "2025-06")


def test_there_is_one_order_file_per_month(rows):
    months = sorted(rows["file"].unique())
    assert (len(months), months[0], months[-1]) == (36, "2023-11", "2026-10")


def test_every_column_of_the_contract_is_there_and_filled(rows, tables):
    for name, columns in CONTRACT.items():
        table = rows if name == "orders" else tables[name]
        assert set(columns.split()) <= set(table.columns), name
        empty = [column for column in columns.split() if (table[column] == "").all()]
        assert not empty, (name, empty)


def test_nothing_happens_after_the_last_month(rows, tables):
    assert rows["ordered_at"].max() < "2026-11-01"
    for name, columns in {
        "customers": ["registered_at"],
        "memberships": ["at"],
        "contacts": ["at", "opened_at", "clicked_at"],
        "feedback": ["at"],
        "touchpoints": ["at"],
    }.items():
        for column in columns:
            assert tables[name][column].max() < "2026-11-01", (name, column)


def test_customers_exist_once_and_all_ids_lead_to_them(rows, tables):
    known = set(tables["customers"]["customer_id"])
    assert len(known) == len(tables["customers"]) == 800
    aliases = set(tables["identities"]["alias_id"])
    assert len(aliases) == len(tables["identities"])
    assert set(tables["identities"]["customer_id"]) <= known
    ids = rows["customer_id"].str.removesuffix(".0")
    assert set(ids[(ids != "") & ~ids.str.startswith("TEST")]) <= known | aliases
    for name in ("memberships", "contacts", "touchpoints", "feedback"):
        assert set(tables[name]["customer_id"]) - {""} <= known, name
    assert set(tables["customers"]["referred_by"]) - {""} <= known


def test_nobody_real_can_be_reached(tables):
    people = tables["customers"]
    mails, phones = people.loc[people["email"] != "", "email"], people.loc[people["phone"] != "", "phone"]
    assert mails.str.fullmatch(r"customer\d+@example\.(com|org|net)").all()
    assert phones.str.startswith("+999 ").all()
    assert set(people["manager"]) - {""} <= {f"M{number:02d}" for number in range(1, 13)}


@pytest.mark.parametrize(
    "part", ["loyalty_programme", "campaigns", "feedback", "lapse", "new_customer_retention", "dirt"]
)
def test_the_truth_is_recorded(truth, part):
    assert truth[part]


def test_the_true_effect_of_the_programme_is_what_happened(truth):
    programme = truth["loyalty_programme"]
    ordinary = programme["orders_while_member"] - programme["extra_orders"]
    assert programme["effect_on_order_rate"] == 0.12
    assert 0.05 < programme["extra_orders"] / ordinary < 0.20
