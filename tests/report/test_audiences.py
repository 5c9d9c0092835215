"""The lists as files: the columns of each destination, those held out apart, for their owner alone, harmless."""

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from retention_helpers.errors import ParameterError
from retention_helpers.params import Audiences
from retention_helpers.params.audiences import FIELDS
from retention_helpers.periods import Period
from retention_helpers.report import notebook as module
from retention_helpers.report import write_lists
from retention_helpers.report.notebook import LISTS_VARIABLE, PART, Report
from retention_helpers.words import Words
from tests.metrics.audience_base import a_list, settings

HOSTILE = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://evil.example","x")', "'=1",
    '<script>alert("1")</script>', 'a,"b"\nc', "ж ’ 🙂", "+380 44; =1", " =1",
]  # fmt: skip


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.setattr(module, "display", lambda item, **_: shown.append(item))
    shown: list = []
    facts = SimpleNamespace(data_through=Period.parse("2026-10").as_of, is_complete=lambda period: True)
    made = Report("audiences", SimpleNamespace(currency="EUR"), facts, Period.parse("2026-10"), Words("en", "EUR"))  # type: ignore[arg-type]
    made.shown = shown  # type: ignore[attr-defined]
    return made


def listed(rows: list[dict[str, Any]]) -> duckdb.DuckDBPyRelation:
    """A `listed_customers` of these rows; a field that is not given is missing."""
    con = duckdb.connect(config={"preserve_insertion_order": False})
    kinds = ", ".join(f"{name} {'INTEGER' if name == 'step' else 'VARCHAR'}" for name in ("list", *FIELDS))
    con.execute(f"CREATE TABLE listed ({kinds})")
    for row in rows:
        marks = ", ".join("?" * (len(FIELDS) + 1))
        con.execute(f"INSERT INTO listed VALUES ({marks})", [row.get(name) for name in ("list", *FIELDS)])
    return con.table("listed")


def row(customer: str, arm: str = "treatment", **more: Any) -> dict[str, Any]:
    basis = {"list": "back", "customer_id": customer, "campaign_id": "back-2026-10", "step": 1, "step_name": "hello"}
    return basis | {"arm": arm, "segment": "A", "purpose": "win_back", "channel": "email"} | more


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(report: Report, rows: list[dict[str, Any]], wanted: Audiences) -> dict[str, int]:
    return dict(zip(*write_lists(report, listed(rows), settings=wanted)[["file", "rows"]].T.to_numpy(), strict=True))


def test_those_held_out_have_a_file_of_their_own_and_the_numbers_are_those_of_the_files(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LISTS_VARIABLE, str(tmp_path / "lists"))
    rows = [row("c"), row("a"), row("b", "control"), row("d", list="other", campaign_id="other-2026-10")]
    files = written(report, rows, settings({"back": a_list(holdout_share=0.5), "other": a_list(rfm_segment=["B"])}))
    assert files == {
        "audiences/back.csv": 2,
        "audiences/back.control.csv": 1,
        "audiences/other.csv": 1,
        "audiences/other.control.csv": 0,
    }
    found = {f"audiences/{path.name}": read(path) for path in (tmp_path / "lists").iterdir()}
    assert {name: len(rows) for name, rows in found.items()} == files
    assert [item["customer_id"] for item in found["audiences/back.csv"]] == ["a", "c"]
    assert {item["arm"] for item in found["audiences/back.csv"]} == {"treatment"}
    assert {item["arm"] for item in found["audiences/back.control.csv"]} == {"control"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "lists").iterdir())
    report.record()
    assert report.shown[-1][PART]["audiences"] == [  # type: ignore[attr-defined]
        {"name": Path(name).name.removesuffix(".csv"), "rows": rows} for name, rows in files.items()
    ]


def test_a_list_of_nobody_is_a_header(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LISTS_VARIABLE, str(tmp_path))
    assert written(report, [], settings({"back": a_list()})) == {
        "audiences/back.csv": 0,
        "audiences/back.control.csv": 0,
    }
    text = (tmp_path / "back.csv").read_text(encoding="utf-8")
    assert text.startswith("customer_id,campaign_id,segment,")
    assert text.count("\n") == 1


@pytest.mark.parametrize("destination", ["plain", "klaviyo", "mailchimp", "hubspot", "salesforce"])
def test_each_destination_gets_its_own_columns_in_its_order(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, destination: str
) -> None:
    monkeypatch.setenv(LISTS_VARIABLE, str(tmp_path))
    wanted = settings({"back": a_list(destination=destination)}, identifiers=["email", "email_hash", "phone"])
    more = {"email": "m@x.example", "email_hash": "h", "favourite_category": "tea", "favourite_channel": "web"}
    written(report, [row("a", **more, next_product_id="p1", next_product_name="Cup")], wanted)
    (found,) = read(tmp_path / "back.csv")
    columns = wanted.destinations[destination].columns
    assert list(found) == [header for field, header in columns.items() if field != "phone"]
    for field, value in {"customer_id": "a", "email": "m@x.example", "arm": "treatment", "step": "1"}.items():
        assert found[columns[field]] == value
    assert found[columns["next_product_name"]] == "Cup"


def test_no_address_is_written_unless_the_company_allows_it(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LISTS_VARIABLE, str(tmp_path))
    written(
        report, [row("a", email="m@x.example", phone="+380441234567", email_hash="hash")], settings({"back": a_list()})
    )
    text = (tmp_path / "back.csv").read_text(encoding="utf-8")
    assert "example" not in text
    assert "380" not in text
    assert "hash" not in text


def test_nothing_from_the_data_runs_in_a_spreadsheet_and_a_phone_still_rings(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LISTS_VARIABLE, str(tmp_path))
    wanted = settings({"back": a_list(channel="sms")}, identifiers=["phone"])
    rows = [
        row(text, favourite_category=text, next_product_id=text, next_product_name=text, phone="+380441234567")
        for text in HOSTILE
    ]
    assert written(report, rows, wanted)["audiences/back.csv"] == len(HOSTILE)
    found = read(tmp_path / "back.csv")
    assert len(found) == len(HOSTILE)
    for item in found:
        assert item["phone"] == "+380441234567"
        for name in ("customer_id", "favourite_category", "next_product_id", "next_product_name"):
            assert not item[name].startswith(("=", "+", "-", "@", "\t", "\r", "\n")), item[name]
    assert {item["customer_id"].removeprefix("'") for item in found} == {text.removeprefix("'") for text in HOSTILE}


def test_in_a_notebook_nothing_is_written_and_the_numbers_are_the_same(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(LISTS_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert written(report, [row("a")], settings({"back": a_list()}))["audiences/back.csv"] == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "a.csv", "x.control.control", "a b", "a\n"])
def test_a_name_that_could_leave_the_folder_is_refused(report: Report, name: str) -> None:
    with pytest.raises(ParameterError, match="the name of a list"):
        report.audience(name, listed([]))


def test_a_name_is_used_once(report: Report) -> None:
    report.audience("back", listed([]))
    with pytest.raises(ParameterError, match="is used twice"):
        report.audience("back", listed([]))
