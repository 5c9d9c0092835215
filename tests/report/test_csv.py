"""Tables as CSV: exact, the same bytes each time, and nothing that a spreadsheet would run."""

from csv import reader
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from retention_helpers.report import csv
from retention_helpers.report.csv import write_csv, write_relation


def written(folder: Path, frame: pd.DataFrame) -> str:
    write_csv(folder / "tables" / "t.csv", frame)
    return (folder / "tables" / "t.csv").read_bytes().decode("utf-8")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_would_run_as_a_formula_gets_an_apostrophe(tmp_path: Path, start: str) -> None:
    frame = pd.DataFrame({"name": [f"{start}1+1", "plain", f"a{start}b"]})
    write_csv(tmp_path / "t.csv", frame)
    assert pd.read_csv(tmp_path / "t.csv", lineterminator="\n" if start != "\n" else None)["name"][0].startswith("'")


def test_categories_and_column_names_are_made_harmless_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=cmd()": pd.Categorical(["=1+1", None, "web"])})
    assert written(tmp_path, frame) == "'=cmd()\n'=1+1\n\nweb\n".replace("\n\n", '\n""\n')


def test_numbers_stay_exact_and_missing_ones_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame({"rate": [0.1 + 0.2, -1.5, None], "n": [1, -2, 3], "flag": [True, False, True]})
    assert written(tmp_path, frame) == "rate,n,flag\n0.30000000000000004,1,True\n-1.5,-2,False\n,3,True\n"


def test_texts_are_utf8_and_the_frame_is_left_as_it_was(tmp_path: Path) -> None:
    frame = pd.DataFrame({"city": ["Львів", "=Kyiv"]})
    assert written(tmp_path, frame) == "city\nЛьвів\n'=Kyiv\n"
    assert frame["city"].tolist() == ["Львів", "=Kyiv"]


def test_a_text_of_several_lines_stays_one_cell_whatever_ends_its_lines(tmp_path: Path) -> None:
    frame = pd.DataFrame({"comment": ["slow\rdear", "slow\r\ndear", "\r"], "n": [1, 2, 3]})
    write_csv(tmp_path / "t.csv", frame)
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        rows = list(reader(file))
    assert rows == [["comment", "n"], ["slow\ndear", "1"], ["slow\ndear", "2"], ["'\n", "3"]]


def relation_of(rows: str) -> duckdb.DuckDBPyRelation:
    con = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    return con.sql(rows)


def test_a_relation_is_written_in_order_for_its_owner_alone_and_runs_no_formula(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("old")
    rows = """
        SELECT * FROM (
            VALUES ('b', '=1+1', 0.1 + 0.2, NULL), ('a', 'x,"y"', -1.5, DATE '2026-10-31'), ('=c', '', 3, NULL)
        ) AS t(customer_id, city, "=spend", day)
    """
    path = write_relation(tmp_path, "t", relation_of(rows), by="customer_id")
    assert path == tmp_path / "t.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    assert (
        path.read_text() == 'customer_id,city,\'=spend,day\n\'=c,"",3.0,\na,"x,""y""",-1.5,2026-10-31\nb,\'=1+1,0.3,\n'
    )
    assert list(tmp_path.iterdir()) == [path]


def test_more_rows_than_a_spreadsheet_holds_become_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "MOST_CSV_ROWS", 999)
    rows = relation_of("SELECT '=c' || (range * 7919) % 1000 AS customer_id, range AS orders FROM range(1000)")
    path = write_relation(tmp_path, "t", rows, by="customer_id")
    assert path.suffix == ".parquet"
    assert path.stat().st_mode & 0o777 == 0o600
    frame = pd.read_parquet(path)
    assert frame["customer_id"].tolist() == sorted(f"=c{number}" for number in range(1000))


def test_a_relation_is_written_to_the_same_bytes_each_time(tmp_path: Path) -> None:
    rows = relation_of("SELECT 'c' || hash(range) AS customer_id, range / 100 AS spend FROM range(300_000)")
    one, other = (write_relation(tmp_path / name, "t", rows, by="customer_id").read_bytes() for name in ("1", "2"))
    assert one == other
    lines = one.decode().splitlines()[1:]
    assert len(lines) == 300_000
    assert lines == sorted(lines, key=lambda line: line.split(",")[0])
