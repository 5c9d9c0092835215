"""The command data-check: what it prints, for people and for machines, and that it writes nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.calls import Place, run_cli
from tests.company import company

DIRTY = """customer_id,order_id,ordered_at,amount,product_name
c1,1,2024-01-05,10.00,Tea
c1,1,2024-01-05,10.00,Tea
c2.0,2,2024-01-06,20.00,"Cup \x1b[2J blue"
,3,2024-01-07,30.00,Tea
c3,4,someday,40.00,Tea
c3,5,1899-12-30,50.00,Tea
c4,6,2024-02-29,0.00,Tea
"""


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    return company(tmp_path / "dirty", DIRTY, fatal={"unreadable_date": 1.0}).folder / "company.yaml"


def test_a_data_check_prints_who_is_counted_and_a_line_per_problem(
    dirty: Path, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    before = place.content()
    assert run_cli("data-check", "--profile", dirty) == 0
    said = capsys.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == "7 rows; data from 2024-01 through 2024-02-29; last complete month: 2024-02"
    first, last = lines.index("Who is counted") + 2, lines.index("Problems, and what was done") - 1
    counted = {line.split()[0]: line.split()[1:] for line in lines[first:last]}
    assert counted["counted"] == ["2", "2", "2", "30.00"]
    assert counted["duplicate"][0] == counted["no_customer"][0] == counted["zero_amount"][0] == "1"
    assert counted["unreadable_date"][0] == counted["placeholder_date"][0] == "1"
    assert sum(int(row[0]) for row in counted.values()) == 7
    place_of = lines.index("orders.no_customer  1 row  left out: an order needs a known customer")
    assert lines[place_of + 1] == "    for example: 3 2024-01-07"
    assert "orders.unreadable_date  1 row  left out: belongs to no month" in lines
    assert place.content() == before


def test_a_data_check_writes_nothing(dirty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    before = Place(tmp_path).content()
    assert run_cli("data-check", "--profile", dirty) == 0
    assert run_cli("data-check", "--profile", dirty, "--json") == 0
    assert Place(tmp_path).content() == before
    assert not (tmp_path / "cache").exists()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_data_check_for_machines_is_json_and_says_the_same(
    dirty: Path, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli("data-check", "--profile", dirty, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == sum(row["rows"] for row in found["who_is_counted"]) == 7
    assert (found["first_month"], found["data_through"]) == ("2024-01", "2024-02-29")
    problems = {f"{row['table']}.{row['check']}": row for row in found["problems"]}
    assert problems["orders.no_customer"]["rows"] == 1
    assert set(problems["orders.no_customer"]) == {"table", "check", "rows", "examples", "done"}


@pytest.mark.slow
def test_a_data_check_of_online_retail_says_the_same_to_people_and_machines(
    retention_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETENTION_CACHE", str(tmp_path / "cache"))
    assert run_cli("data-check", "--profile", "online_retail", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["last_complete"]) == (541_909, "2011-11")
    assert sum(row["rows"] for row in found["who_is_counted"]) == 541_909
    rows = {f"{row['table']}.{row['check']}": row["rows"] for row in found["problems"]}
    assert rows["orders.cancellation"] == 9_288
    assert run_cli("data-check", "--profile", "online_retail") == 0
    printed = capsys.readouterr().out
    assert "orders.no_customer  135,080 rows  left out: an order needs a known customer\n" in printed
    for check, number in rows.items():
        assert f"\n{check}  " + (f"{number:,} " if number else "") in printed
    assert rows["orders.exact_duplicate"] == 5_268
    assert "orders.customer_with_refunds_alone  33 customers  " in printed
    assert not (tmp_path / "cache").exists()


def test_making_the_sample_company_leaves_json_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RETENTION_CACHE", str(tmp_path))
    made: list[Path] = []
    monkeypatch.setattr("retention_helpers.sample.write_company", made.append)
    assert run_cli("data-check", "--json") == 3  # the files are named, and here they were not made
    said = capsys.readouterr()
    assert made == [tmp_path / "sample-company"]
    assert said.out == ""
    assert said.err.startswith("Sample company: making its files.\nerror: orders: no file matches ")


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_fault(dirty: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "retention_helpers", "data-check", "--profile", str(dirty)]
    with os.fdopen(writing, "w") as gone:
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (141, "")
