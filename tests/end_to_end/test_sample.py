"""The sample company: made, published, and published again to the same bytes."""

import json

import pandas as pd
import pytest

from retention_helpers.pipeline.notebooks import find_notebooks
from tests.end_to_end.conftest import Published
from tests.publishing.tiny import everything_below

pytestmark = pytest.mark.slow

NAMES = [path.stem for path in find_notebooks()]  # the sample company has every table, so every notebook


def test_one_call_on_an_empty_machine_publishes_the_sample(sample: Published) -> None:
    first = sample.calls[0]
    assert first.code == 0
    assert first.err == "Sample company: making its files.\n"
    assert "months built: 36, unchanged: 0." in first.out
    folder = sample.place.published("sample", "first")
    assert {path.name for path in folder.iterdir()} == {
        "index.html", *(f"{name}.html" for name in NAMES), "tables", "audiences", "executed", "headline.json",
        "alerts.json", "manifest.json",
    }  # fmt: skip
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["is_complete"]


def test_nothing_but_published_months_stays_in_the_reports_folder(sample: Published) -> None:
    folder = sample.place.reports
    period = json.loads((sample.place.published("sample", "first") / "manifest.json").read_text(encoding="utf-8"))
    assert {path.name for path in folder.iterdir()} == {"sample"}
    assert {path.name for path in (folder / "sample").iterdir()} == {
        "index.html", ".versions", "first", period["period"],
    }  # fmt: skip


def test_the_same_month_again_is_the_same_to_the_byte(sample: Published) -> None:
    again = sample.calls[1]
    assert (again.code, again.err) == (0, "")
    assert "Facts: unchanged, reused." in again.out
    first = sample.place.published("sample", "first")
    period = json.loads((first / "manifest.json").read_text(encoding="utf-8"))["period"]
    second = sample.place.published("sample", period)
    assert first.resolve() != second.resolve()
    old, new = everything_below(first.resolve()), everything_below(second.resolve())
    assert {path.rpartition(".")[2] for path in old} == {"html", "csv", "ipynb", "json"}
    assert [path for path in sorted({*old, *new}) if old.get(path) != new.get(path)] == ["manifest.json"]


def test_whatever_names_customers_is_for_its_owner_alone_and_no_page_holds_an_address(sample: Published) -> None:
    folder = sample.place.published("sample", "first")
    tables = [
        path for path in folder.rglob("*.csv") if "customer_id" in path.read_text(encoding="utf-8").split("\n")[0]
    ]
    assert len(tables) > 10
    assert {path.stat().st_mode & 0o777 for path in tables} == {0o600}
    people = pd.read_csv(sample.place.cache / "sample-company" / "customers.csv", dtype="str")
    domains = set(people["email"].dropna().str.partition("@")[2])
    for path in (*folder.rglob("*.html"), *folder.rglob("*.ipynb"), *folder.rglob("*.json")):
        said = path.read_text(encoding="utf-8")
        assert not [domain for domain in domains if f"@{domain}" in said], path.name


def test_the_ledger_of_the_sample_balances_every_month(sample: Published) -> None:
    ledger = sample.place.table("sample", "first", "summary/ledger")
    assert len(ledger) == 36
    ends = ledger["customers_start"] - ledger["lost"] + ledger["returned"] + ledger["new_customers"]
    assert ends.tolist() == ledger["customers_end"].tolist()


def test_pages_of_the_sample_ask_for_nothing_and_link_to_each_other(sample: Published) -> None:
    folder = sample.place.published("sample", "first")
    for page in ("index", *NAMES):
        text = (folder / f"{page}.html").read_text(encoding="utf-8")
        assert "<script" not in text
        assert "http://" not in text.replace("http://www.w3.org/", "")
        assert "https://" not in text
    index = (folder / "index.html").read_text(encoding="utf-8")
    for link in (*(f"{name}.html" for name in NAMES), "../index.html", "tables/summary/kpis.csv"):
        assert f'href="{link}"' in index


def test_headline_names_each_notebook_with_its_findings_and_kpis(sample: Published) -> None:
    said = json.loads((sample.place.published("sample", "first") / "headline.json").read_text(encoding="utf-8"))
    assert [notebook["notebook"] for notebook in said["notebooks"]] == NAMES
    assert {finding["notebook"] for finding in said["findings"]} == set(NAMES)
    assert said["kpis"]
    for kpi in said["kpis"]:
        assert kpi["low"] <= kpi["value"] <= kpi["high"]
        assert kpi["n"] > 0
