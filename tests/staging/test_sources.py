"""Files of every format become one relation; what cannot be read is refused with its name and what to do."""

import gzip
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from retention_helpers.errors import ProfileError, RetentionError, SourceError
from retention_helpers.params import Profile
from tests.company import found_problems, staged_rows, written

COLUMNS = {"customer_id": "id", "ordered_at": "at", "amount": "sum"}
ONE_ROW = [("7", datetime(2024, 1, 5), 1250)]


def shop(folder: Path, source: str, **options: Any) -> Profile:
    orders = {"source": source, "columns": COLUMNS} | options
    return written(folder, {"title": "x", "currency": "EUR", "timezone": "UTC", "tables": {"orders": orders}})


def rows(profile: Profile) -> list[tuple]:
    return staged_rows(profile, "customer_id, ordered_at, amount_cents")


def refused(profile: Profile, error: type[RetentionError] = SourceError) -> str:
    with pytest.raises(error) as caught:
        rows(profile)
    return str(caught.value)


@pytest.mark.parametrize("mark", [",", ";", "|", "\t"])
def test_the_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    (tmp_path / "o.csv").write_text(f"id{mark}at{mark}sum\n7{mark}2024-01-05{mark}12.50\n")
    assert rows(shop(tmp_path, "o.csv")) == ONE_ROW


def test_a_delimiter_may_be_stated(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("id, at, x::at::sum\n7::2024-01-05::12.50\n")
    options = {"delimiter": "::", "columns": COLUMNS | {"customer_id": "id, at, x"}}
    assert rows(shop(tmp_path, "o.csv", **options)) == ONE_ROW


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Олена ✓"),
        ("utf-8-sig", "Олена ✓"),
        ("cp1251", "Олена"),
        ("latin-1", "Zoë"),
        ("cp1252", "Zoë €"),
        ("utf-16", "Олена ✓"),
        ("utf-16-le", "Олена ✓"),
    ],
)
def test_texts_arrive_in_any_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    text = f"id,at,sum,what\r\n7,2024-01-05,12.50,{name}\r\n"
    (tmp_path / "o.csv").write_bytes(text.encode(encoding))
    profile = shop(tmp_path, "o.csv", encoding=encoding, columns=COLUMNS | {"product_name": "what"})
    assert staged_rows(profile, "customer_id, product_name") == [("7", name)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, end: str) -> None:
    (tmp_path / "o.csv").write_bytes(end.join(["id,at,sum", "7,2024-01-05,12.50", ""]).encode())
    assert rows(shop(tmp_path, "o.csv")) == ONE_ROW


def test_quoted_fields_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text('id,at,sum,"what, or ""who"""\n7,2024-01-05,12.50,"a, ""b""\nc"\n')
    profile = shop(tmp_path, "o.csv", columns=COLUMNS | {"product_name": 'what, or "who"'})
    assert staged_rows(profile, "product_name") == [('a, "b"\nc',)]


def test_rows_that_look_like_comments_are_rows(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("id,at,sum\n#7,2024-01-05,12.50\n")
    assert rows(shop(tmp_path, "o.csv"))[0][0] == "#7"


def test_blanks_and_a_byte_order_mark_in_a_header_are_read_over_and_named(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_bytes("\ufeff id ,at,sum \n7,2024-01-05,12.50\n".encode())
    profile = shop(tmp_path, "o.csv")
    assert rows(profile) == ONE_ROW
    assert found_problems(profile)["header_blanks_or_bom"] == (0, "' id ', 'sum '")


def test_files_of_a_glob_are_united_by_column_names(tmp_path: Path) -> None:
    (tmp_path / "o-1.csv").write_text("id,at,sum\n7,2024-01-05,12.50\n")
    (tmp_path / "o-2.csv").write_text("sum;note;id;at\n1;x;8;2024-01-06\n")
    assert rows(shop(tmp_path, "o-*.csv")) == [*ONE_ROW, ("8", datetime(2024, 1, 6), 100)]


def test_a_folder_with_brackets_in_its_name_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "[2024]").mkdir()
    (tmp_path / "[2024]" / "o.csv").write_text("id,at,sum\n7,2024-01-05,12.50\n")
    assert rows(shop(tmp_path, "[2024]/o.csv")) == ONE_ROW


def test_a_compressed_file_is_read_in_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "o.csv.gz").write_bytes(gzip.compress("id,at,sum\nя,2024-01-05,12.50\n".encode("cp1251")))
    assert rows(shop(tmp_path, "o.csv.gz", encoding="cp1251"))[0][0] == "я"


def test_a_workbook_keeps_numbers_dates_and_texts_whatever_its_decimal_mark(tmp_path: Path) -> None:
    pd.DataFrame(
        {"id": [7, "A8", None], "at": [datetime(2024, 1, 5), "2024-01-06", "2024-01-07"], "sum": [12.5, "1 000,25", 3]}
    ).to_excel(tmp_path / "o.xlsx", index=False, sheet_name="Sales")
    expected = [*ONE_ROW, ("A8", datetime(2024, 1, 6), 100_025), (None, datetime(2024, 1, 7), 300)]
    assert rows(shop(tmp_path, "o.xlsx", sheet="Sales", decimal=",")) == expected
    assert "Returns" in refused(shop(tmp_path, "o.xlsx", sheet="Returns"))


@pytest.mark.parametrize(
    ("amount", "kind", "cents"),
    [
        ("12.5", "DOUBLE", 1250),
        ("12", "INTEGER", 1200),
        ("12.345", "DECIMAL(10, 3)", 1235),
        ("0.1", "FLOAT", 10),
        ("'12.50'", "VARCHAR", 1250),
        ("12", "UBIGINT", 1200),
    ],
)
def test_parquet_amounts_of_any_type_become_exact_cents(tmp_path: Path, amount: str, kind: str, cents: int) -> None:
    parquet(tmp_path, f"SELECT 7 AS id, DATE '2024-01-05' AS at, CAST({amount} AS {kind}) AS sum")
    assert rows(shop(tmp_path, "o.parquet")) == [("7", datetime(2024, 1, 5), cents)]


@pytest.mark.parametrize(
    ("kind", "zone", "expected"),
    [
        ("DATE", "Europe/Kyiv", datetime(2024, 7, 31)),
        ("TIMESTAMP", "Europe/Kyiv", datetime(2024, 7, 31, 23, 30)),
        ("TIMESTAMPTZ", "Europe/Kyiv", datetime(2024, 8, 1, 2, 30)),
        ("TIMESTAMPTZ", "America/New_York", datetime(2024, 7, 31, 19, 30)),
    ],
)
def test_parquet_times_become_business_time(tmp_path: Path, kind: str, zone: str, expected: datetime) -> None:
    parquet(tmp_path, f"SELECT 7 AS id, CAST('2024-07-31 23:30:00' AS {kind}) AS at, 1 AS sum")
    source = {"source": "o.parquet", "columns": COLUMNS}
    content = {"title": "x", "currency": "EUR", "timezone": zone, "tables": {"orders": source}}
    assert staged_rows(written(tmp_path, content), "ordered_at") == [(expected,)]


def parquet(folder: Path, query: str) -> None:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"COPY ({query}) TO '{folder / 'o.parquet'}' (FORMAT parquet)")


def test_a_table_of_a_duckdb_file_is_read(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as con:
        con.execute("CREATE SCHEMA sales")
        con.execute("CREATE TABLE sales.orders AS SELECT '7' AS id, DATE '2024-01-05' AS at, 12.5 AS sum")
    assert rows(shop(tmp_path, "shop.duckdb", table="sales.orders")) == ONE_ROW
    assert "holds many tables. Set table: NAME" in refused(shop(tmp_path, "shop.duckdb"), ProfileError)
    assert "shop.duckdb cannot be read as duckdb" in refused(shop(tmp_path, "shop.duckdb", table="sales.order"))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("o.csv", b"", "is empty (0 bytes). Export it again."),
        ("o.csv", b"id,at,sum\n", "has no rows. Export it again."),
        ("o.csv", b"\n\n", "has no header in its first line"),
        ("o.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not in utf-8"),
        ("o.csv", b"id\x00,at,sum\n1,2,3\n", "is no text"),
        ("o.csv", "id,at,sum,имя\n7,2024-01-05,1,Олена\n".encode("cp1251"), "Set encoding in the profile"),
        (
            "o.csv",
            b"id,at,sum\n" + b"7,2024-01-05,1\n" * 2000 + b"\xd6\xe5,2024-01-05,1\n",
            "Check delimiter and encoding in the profile",
        ),
        (
            "o.csv",
            b"id,at,sum\n7,2024-01-05\n",
            "Line: 2 Original Line: 7,2024-01-05 Expected Number of Columns: 3 Found: 2",
        ),
        ("o.csv", b"id,at,sum\n7,2024-01-05,12,50\n", "Expected Number of Columns: 3 Found: 4"),
        ("o.csv", b"id,at,sum,at\n7,2024-01-05,1,2\n", "has two columns named at. Rename one in the export."),
        ("o.csv", b"id,at,sum, sum\n7,2024-01-05,1,2\n", "has two columns named sum"),
        (
            "o.csv",
            b"id,at,summ\n7,2024-01-05,1\n",
            'has no column "sum". Did you mean "summ"? Its columns: id, at, summ.',
        ),
        ("o.parquet", b"PAR1 but not really", "cannot be read as parquet"),
        ("o.xlsx", b"id,at,sum\n", "cannot be read as a workbook"),
        ("o.duckdb", b"id,at,sum\n", "cannot be read as duckdb"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_an_unusable_file_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    options = {"table": "orders"} if name.endswith("duckdb") else {}
    message = refused(shop(tmp_path, name, **options))
    assert told in message
    assert str(tmp_path / name) in message


def test_the_file_of_a_glob_that_is_at_fault_is_named(tmp_path: Path) -> None:
    (tmp_path / "o-1.csv").write_text("id,at,sum\n7,2024-01-05,1\n")
    (tmp_path / "o-2.csv").write_text("id,at,sum\n7,2024-01-05\n")
    assert "o-2.csv cannot be read as csv" in refused(shop(tmp_path, "o-*.csv"))
    (tmp_path / "o-2.csv").write_bytes(b"")
    assert "o-2.csv is empty" in refused(shop(tmp_path, "o-*.csv"))


def test_a_workbook_with_two_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    pd.DataFrame([[7, "2024-01-05", 1, 2]], columns=["id", "at", "sum", "sum"]).to_excel(
        tmp_path / "o.xlsx", index=False
    )
    assert "has two columns named sum" in refused(shop(tmp_path, "o.xlsx"))


def test_a_wrong_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_bytes("id,at,sum\nОлена,2024-01-05,1\n".encode())
    assert "is not in utf-16" in refused(shop(tmp_path, "o.csv", encoding="utf-16"))
    assert 'encoding "utf-99" is not known' in refused(shop(tmp_path, "o.csv", encoding="utf-99"), ProfileError)


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "o.csv").mkdir()
    assert "none.csv does not exist" in refused(shop(tmp_path, "none.csv"))
    assert "no file matches" in refused(shop(tmp_path, "none-*.csv"))
    assert "is a folder" in refused(shop(tmp_path, "o.csv"))


def test_a_file_of_unknown_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "o.dat").write_text("id,at,sum\n7,2024-01-05,12.50\n")
    assert "Set format: csv, parquet, excel or duckdb" in refused(shop(tmp_path, "o.dat"), ProfileError)
    assert rows(shop(tmp_path, "o.dat", format="csv")) == ONE_ROW


def test_parquet_damaged_in_its_middle_is_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "SELECT range AS id, DATE '2024-01-05' AS at, random() AS sum FROM range(20000)")
    content = bytearray((tmp_path / "o.parquet").read_bytes())
    content[200:20_000] = bytes(19_800)
    (tmp_path / "o.parquet").write_bytes(bytes(content))
    assert "cannot be read as parquet" in refused(shop(tmp_path, "o.parquet"))
