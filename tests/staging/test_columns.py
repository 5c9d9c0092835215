"""Renames, casts and units, column by column; nothing else happens to a value."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from retention_helpers.errors import SourceError
from retention_helpers.params import Profile
from tests.company import found_problems, staged_rows, written


def shop(
    folder: Path, text: str, columns: dict[str, Any], *, table: str = "orders", zone: str = "UTC", **source: Any
) -> Profile:
    """A profile over one file with these columns; what an order needs beside them is constant."""
    (folder / "s.csv").write_text(text, encoding="utf-8")
    needed = {"customer_id": {"constant": "c"}, "ordered_at": {"constant": "2024-01-05"}, "amount": {"constant": "1"}}
    tables: dict[str, Any] = {"orders": {"source": "s.csv", "columns": needed}}
    basis = needed if table == "orders" else {}
    tables[table] = {"source": "s.csv", "columns": basis | columns, **source}
    return written(folder, {"title": "x", "currency": "EUR", "timezone": zone, "tables": tables})


def read(folder: Path, column: str, texts: Iterable[str], mapping: Any = "v", **options: Any) -> dict[str, Any]:
    """What each text becomes as ``column``."""
    listed = list(texts)
    lines = "".join(f'{number},"{text}"\n' for number, text in enumerate(listed))
    profile = shop(folder, f"n,v\n{lines}", {"order_id": "n", column: mapping}, **options)
    staged = column + "_cents" if column == "amount" else column
    return dict(
        zip(listed, [value for _, value in staged_rows(profile, f"CAST(order_id AS INTEGER), {staged}")], strict=True)
    )


POINT = {
    "12.50": 1250, "1,234.50": 123_450, "1,234,567": 123_456_700, "12,50": None, "1'234.50": 123_450,
    "1\u2019234.50": 123_450, "-3.10": -310, " 7 ": 700, "1.005": 101, "-1.005": -101, "2.675": 268, "1.0049": 100,
    "1e3": 100_000, "0": 0, "free": None, "": None, "12.5.1": None, "1" * 30: None,
}  # fmt: skip
COMMA = {
    "12,50": 1250, "1.234,50": 123_450, "12.50": None, "1 234,50": 123_450, "1\u00a0234,50": 123_450,
    "1\u202f234,50": 123_450, "-0,1": -10,
}  # fmt: skip


@pytest.mark.parametrize(("decimal", "expected"), [(".", POINT), (",", COMMA)])
def test_an_amount_is_exact_or_missing_and_never_a_hundred_times_itself(
    tmp_path: Path, decimal: str, expected: dict[str, int | None]
) -> None:
    assert read(tmp_path, "amount", expected, decimal=decimal) == expected


@pytest.mark.parametrize(
    ("text", "units", "cents"), [("1250", 100, 1250), ("1005", 1000, 101), ("7", 0.01, 70_000), ("100", 12, 833)]
)
def test_an_amount_may_come_in_other_units(tmp_path: Path, text: str, units: float, cents: int) -> None:
    assert read(tmp_path, "amount", [text], {"column": "v", "divide_by": units}) == {text: cents}


def test_quantity_times_price_is_exact_at_any_size(tmp_path: Path) -> None:
    lines = {
        ("3", "0.1"): 30, ("3", "1.005"): 302, ("-2", "2.55"): -510, ("1000", "12345.67"): 1_234_567_000,
        ("80995", "2.08"): 16_846_960, ("9999999999999", "9999999999999"): None, ("", "1"): None,
    }  # fmt: skip
    rows = "".join(f"{number},{quantity},{price}\n" for number, (quantity, price) in enumerate(lines))
    (tmp_path / "s.csv").write_text("n,q,p\n" + rows)
    columns = {"order_id": "n", "quantity": "q", "unit_price": "p"}
    columns |= {"customer_id": {"constant": "c"}, "ordered_at": {"constant": "2024-01-05"}}  # type: ignore[dict-item]
    content = {"title": "x", "currency": "EUR", "timezone": "UTC"}
    profile = written(tmp_path, content | {"tables": {"orders": {"source": "s.csv", "columns": columns}}})
    assert staged_rows(profile, "order_id, amount_cents") == [(str(n), cents) for n, cents in enumerate(lines.values())]


def test_an_id_is_text_without_blanks_and_without_the_zero_of_a_float(tmp_path: Path) -> None:
    ids = {"17850.0": "17850", "17850.00": "17850", " 007 ": "007", "A1.0": "A1.0", "1.5": "1.5", "": None, " ": None}
    assert read(tmp_path, "customer_id", ids) == ids


def test_ids_that_came_as_floats_are_counted(tmp_path: Path) -> None:
    assert found_problems(shop(tmp_path, "v\n17850.0\n12\n", {"customer_id": "v"}))["decimal_id"] == (1, "17850.0")


KYIV = {
    "2024-01-31 23:30:00": datetime(2024, 1, 31, 23, 30),
    "2024-01-31T23:30:00Z": datetime(2024, 2, 1, 1, 30),
    "2024-07-31T23:30:00Z": datetime(2024, 8, 1, 2, 30),
    "2024-01-31T23:30:00+02:00": datetime(2024, 1, 31, 23, 30),
    "2024-01-31T23:30:00.250+0100": datetime(2024, 2, 1, 0, 30, 0, 250_000),
    "2024-01-31 23:30 +02:00": datetime(2024, 1, 31, 23, 30),
    "2024-01-31 23:30:00-05": datetime(2024, 2, 1, 6, 30),
    "2024-01-31": datetime(2024, 1, 31),
    "31/01/2024": None,
    "2024-02-30": None,
    "yesterday": None,
}
FROM_UTC = {
    "2024-03-31 00:30:00": datetime(2024, 3, 31, 2, 30),
    "2024-03-31 01:30:00": datetime(2024, 3, 31, 4, 30),
    "2024-10-27 00:30:00": datetime(2024, 10, 27, 3, 30),
    "2024-10-27 01:30:00": datetime(2024, 10, 27, 3, 30),
    "2024-10-27T01:30:00+01:00": datetime(2024, 10, 27, 3, 30),
}


def test_a_time_becomes_business_time(tmp_path: Path) -> None:
    assert read(tmp_path, "ordered_at", KYIV, zone="Europe/Kyiv") == KYIV


def test_times_of_another_zone_are_moved_over_the_change_of_clocks(tmp_path: Path) -> None:
    assert read(tmp_path, "ordered_at", FROM_UTC, {"column": "v", "zone": "UTC"}, zone="Europe/Kyiv") == FROM_UTC


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("31.01.2024", "%d.%m.%Y", datetime(2024, 1, 31)),
        ("01/31/24 5:07 PM", "%m/%d/%y %I:%M %p", datetime(2024, 1, 31, 17, 7)),
        ("19970101", "%Y%m%d", datetime(1997, 1, 1)),
        ("31.01.2024 23:30 +0200", "%d.%m.%Y %H:%M %z", datetime(2024, 1, 31, 21, 30)),
        ("2024-01-31", "%d.%m.%Y", None),
    ],
)
def test_a_date_may_be_written_in_a_stated_format(
    tmp_path: Path, text: str, form: str, expected: datetime | None
) -> None:
    assert read(tmp_path, "ordered_at", [text], {"column": "v", "format": form}) == {text: expected}


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["y", "m", "d"], datetime(2024, 3, 7)), (["y", "m"], datetime(2024, 3, 1)), (["y"], datetime(2024, 1, 1))],
)
def test_a_date_may_be_built_from_parts(tmp_path: Path, names: list[str], expected: datetime) -> None:
    profile = shop(tmp_path, "y,m,d\n2024,3,7\n", {"ordered_at": {"parts": names}})
    assert staged_rows(profile, "ordered_at") == [(expected,)]


def test_values_are_recoded_and_counted(tmp_path: Path) -> None:
    columns = {"channel": {"column": "v", "recode": {1: "web", "n/a": None}}}
    profile = shop(tmp_path, "v\n1\n2\nn/a\n", columns)
    assert staged_rows(profile, "channel") == [("2",), ("web",), (None,)]
    assert found_problems(profile)["recoded"] == (2, "channel: 1, channel: n/a")


def test_codes_in_a_column_of_floats_are_held_against_whole_numbers(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT * FROM (VALUES (11.0::DOUBLE), (9.0), (NULL)) AS t(v)) TO '{tmp_path / 'f.parquet'}'"
        )
    source = {
        "source": "f.parquet",
        "keep": [{"column": "v", "is_in": [9, 11]}],
        "columns": {
            "at": {"constant": "2024-01-05"},
            "question": {"constant": "nps"},
            "score": {"column": "v", "recode": {11: None}},
        },
    }
    tables = {"feedback": source}
    profile = written(tmp_path, {"title": "x", "currency": "EUR", "timezone": "UTC", "tables": tables})
    assert staged_rows(profile, "score, is_filtered", "feedback") == [(9.0, False), (None, False), (None, True)]


def test_columns_become_rows(tmp_path: Path) -> None:
    profile = shop(
        tmp_path,
        "id,nps,csat\na,9,4\nb,,5\n",
        {"customer_id": "id", "at": {"constant": "2024-01-05"}, "question": "what", "score": "said"},
        table="feedback",
        unpivot={"columns": ["nps", "csat"], "name": "what", "value": "said"},
    )
    # A question left blank is an answer that is missing, not one that was never asked for.
    expected = [("a", "csat", 4.0), ("a", "nps", 9.0), ("b", "csat", 5.0), ("b", "nps", None)]
    assert staged_rows(profile, "customer_id, question, score", "feedback") == expected


def test_an_unknown_column_to_turn_is_refused(tmp_path: Path) -> None:
    turn = {"columns": ["npc"], "name": "what", "value": "said"}
    columns = {"at": {"constant": "2024-01-05"}, "question": "what", "score": "said"}
    profile = shop(tmp_path, "id,nps\na,9\n", columns, table="feedback", unpivot=turn)
    with pytest.raises(SourceError, match="has no column npc to unpivot"):
        staged_rows(profile, "score", "feedback")


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"above": 2}, ["10"]),
        ({"at_least": 2}, ["10", "2"]),
        ({"is_in": [2, "x"]}, ["2", "x"]),
        ({"is_not_in": ["x"]}, ["10", "2", "(blank)"]),
        ({"starts_with": "1"}, ["10"]),
        ({"not_starts_with": "1"}, ["2", "x", "(blank)"]),
    ],
    ids=str,
)
def test_rows_are_kept_by_a_stated_rule(tmp_path: Path, rule: dict[str, Any], kept: list[str]) -> None:
    profile = shop(tmp_path, 'v\n10\n2\nx\n""\n', {"product_id": "v"}, keep=[{"column": "v", **rule}])
    found = staged_rows(profile, "coalesce(product_id, '(blank)') AS v, is_filtered")
    assert sorted(value for value, is_filtered in found if not is_filtered) == sorted(kept)


def test_a_rule_on_a_number_reads_it_as_the_profile_does(tmp_path: Path) -> None:
    profile = shop(tmp_path, 'v\n"1 000,5"\n"0,5"\n', {}, decimal=",", keep=[{"column": "v", "above": 1}])
    assert sorted(staged_rows(profile, "is_filtered")) == [(False,), (True,)]


@pytest.mark.parametrize("rule", [{"column": "w", "above": 0}], ids=str)
def test_a_rule_on_a_column_that_is_not_there_is_refused(tmp_path: Path, rule: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match='has no column "w"'):
        staged_rows(shop(tmp_path, "v\n1\n", {}, keep=[rule]), "is_filtered")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", True),
        ("Yes", True),
        ("TRUE", True),
        ("так", True),
        ("0", False),
        ("no", False),
        ("Нет", False),
        ("", None),
        ("?", None),
    ],
)
def test_flags_are_read_in_the_languages_of_the_reports(tmp_path: Path, text: str, expected: bool | None) -> None:
    profile = shop(tmp_path, f'id,v\nc,"{text}"\n', {"customer_id": "id", "consent_email": "v"}, table="customers")
    assert staged_rows(profile, "consent_email", "customers") == [(expected,)]


@pytest.mark.parametrize(("text", "month"), [("2024-03", 24290), ("2024-03-31", 24290), ("March", None)])
def test_a_month_is_read_from_itself_or_from_a_day(tmp_path: Path, text: str, month: int | None) -> None:
    columns = {"month": "v", "purpose": {"constant": "retention"}, "amount": {"constant": "5"}}
    profile = shop(tmp_path, f"v\n{text}\n", columns, table="costs")
    assert staged_rows(profile, "month, purpose, amount_cents", "costs") == [(month, "retention", 500)]


def test_measures_of_an_experiment_are_numbers(tmp_path: Path) -> None:
    columns = {"campaign_id": {"constant": "c"}, "arm": "v", "spend": "s"}
    profile = shop(tmp_path, "v,s\nmail,1.25\n", columns, table="outcomes")
    assert staged_rows(profile, "arm, spend", "outcomes") == [("mail", 1.25)]


def test_names_and_values_from_outside_are_never_sql(tmp_path: Path) -> None:
    name = '"; DROP TABLE x; --'
    quoted = '"' + name.replace('"', '""') + '"'
    profile = shop(
        tmp_path, f"{quoted}\nO'Neil\n", {"product_name": {"column": name, "recode": {"O'Neil": "it's; --"}}}
    )
    assert staged_rows(profile, "product_name") == [("it's; --",)]
