"""Addresses are facts of their own: one row per customer, usable ones alone, read by the lists and nothing else."""

import hashlib
import re
from pathlib import Path

import pytest

from retention_helpers.facts import sql
from retention_helpers.params.files import NOTEBOOKS, ROOT
from retention_helpers.report import ensure_facts, facts_folder
from tests.company import company, fact_rows

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute

ORDERS = "customer_id,ordered_at,amount\na,2024-01-05,10\n"
COLUMNS = "customer_id,registered_at,email,phone,consent_email"


def addresses(folder: Path, *people: str, columns: str = COLUMNS, **others: str) -> list[tuple]:
    profile = company(folder, ORDERS, others={"customers": "\n".join([columns, *people]), **others})
    return fact_rows(profile, "customer_id, email, phone, email_hash", "addresses")


def digest(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()


@pytest.mark.parametrize(
    ("given", "usable"),
    [
        ("A.B+c@Shop.Example", "a.b+c@shop.example"),
        ("a@b", "a@b"),
        ("n/a", None),
        ("a@b.example; c@d.example", None),
        ("=cmd@x.example", None),
        ("+a@x.example", None),
        ("-a@x.example", None),
        ("<script>@x.example", None),
        ("", None),
    ],
)
def test_an_email_is_one_plain_address_in_small_letters(tmp_path: Path, given: str, usable: str | None) -> None:
    found = addresses(tmp_path, f"a,2024-01-01,{given},,true")
    assert found == ([("a", usable, None, digest(usable))] if usable else [])


@pytest.mark.parametrize(
    ("given", "usable"),
    [
        ("+380 (44) 123-45-67", "+380441234567"),
        ("00380441234567", "+380441234567"),
        ("0441234567", "0441234567"),
        ("ask her", None),
        ("123", None),
        ("+380441234567=1+1", None),
    ],
)
def test_a_phone_is_its_digits(tmp_path: Path, given: str, usable: str | None) -> None:
    found = addresses(tmp_path, f"a,2024-01-01,,{given},true")
    assert found == ([("a", None, usable, None)] if usable else [])


def test_a_hash_that_the_company_gives_is_kept_as_it_is(tmp_path: Path) -> None:
    found = addresses(tmp_path, "a,M@x.example,cafe", "b,,beef", columns="customer_id,email,email_hash")
    assert found == [("a", "m@x.example", None, "cafe"), ("b", None, None, "beef")]


def test_who_is_described_twice_has_the_address_of_the_description_whose_consent_counts(tmp_path: Path) -> None:
    people = [
        "a,2024-02-01,late@x.example,,true",
        "a,2024-01-01,early@x.example,,false",
        "b,2024-01-01,b@x.example,,true",
    ]
    found = addresses(tmp_path, *people, identities="alias_id,customer_id\nb,c\n")
    assert [(who, email) for who, email, *_ in found] == [("a", "early@x.example"), ("c", "b@x.example")]
    profile = company(tmp_path, ORDERS, others={"customers": "\n".join([COLUMNS, *people])})
    assert fact_rows(profile, "consent_email", "customers WHERE customer_id = 'a'") == [(False,)]


def test_the_facts_are_their_owners_alone(tmp_path: Path) -> None:
    profile = company(tmp_path, ORDERS)
    ensure_facts(profile).close()
    folder = facts_folder(profile)
    assert folder.stat().st_mode & 0o777 == 0o700
    (file,) = folder.glob("facts-*.duckdb")
    assert file.stat().st_mode & 0o777 == 0o600


def test_only_the_lists_read_addresses() -> None:
    reading = re.compile(r"(?:FROM|JOIN)\s+addresses\b|facts\(.addresses.\)|table\(.addresses.\)", re.IGNORECASE)
    files = [
        *(ROOT / "retention_helpers").rglob("*.py"),
        *(ROOT / "retention_helpers").rglob("*.sql"),
        *NOTEBOOKS.glob("*"),
    ]
    found = {path.name for path in files if path.is_file() and reading.search(path.read_text(encoding="utf-8"))}
    assert found == {"audience_rows.sql", "listed_customers.sql"}
    assert "addresses" in sql.DERIVED
