"""A small company in a folder: its CSV files, and the profile that maps them to the contract."""

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import pandas as pd
import yaml

from retention_helpers.engine import connect
from retention_helpers.facts import Facts
from retention_helpers.params import Profile, load_profile
from retention_helpers.report import ensure_facts, survey
from retention_helpers.schema import CONTRACT
from retention_helpers.staging import stage

LATE = date(2099, 12, 31)


def company(
    folder: Path,
    orders: str = "",
    *,
    mapping: dict[str, Any] | None = None,
    source: dict[str, Any] | None = None,
    rules: dict[str, Any] | None = None,
    others: dict[str, str] | None = None,
    **settings: Any,
) -> Profile:
    """Write ``orders`` and ``others`` (CSV texts with a header) and a profile over them; give it loaded.

    Columns named as in the contract are mapped to themselves; ``mapping`` says otherwise for the orders, ``source``
    anything else of their table, ``rules`` are the profile's order rules, ``settings`` the rest of the profile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {**({"orders": orders} if orders else {}), **(others or {})}
    tables: dict[str, Any] = {}
    for name, text in texts.items():
        lines = dedent(text).strip()
        (folder / f"{name}.csv").write_text(lines + "\n", encoding="utf-8")
        header = lines.splitlines()[0].split(",")
        columns: dict[str, Any] = {column: column for column in header if column in CONTRACT[name].names}
        tables[name] = {"source": f"{name}.csv", "columns": columns}
    if orders:
        tables["orders"] |= source or {}
        tables["orders"]["columns"] |= mapping or {}
    basis = {"title": "Company", "currency": "EUR", "timezone": "UTC", "orders": rules or {}, "tables": tables}
    return written(folder, basis | settings)


def written(folder: Path, content: dict[str, Any], name: str = "company") -> Profile:
    """Write a profile's content and load it."""
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return load_profile(str(path))


def found_problems(profile: Profile) -> dict[str, tuple[int, str]]:
    """Check -> (rows, examples)."""
    with survey(profile) as seen:
        return {row.check: (row.rows, row.examples) for row in seen.problems.itertuples()}


def staged_rows(profile: Profile, columns: str, table: str = "orders") -> list[tuple]:
    """Columns of a staged table, in order of their values; nothing is checked beside staging itself."""
    with connect() as con, TemporaryDirectory() as scratch:
        stage(con, profile, written_at=datetime(2099, 12, 31), scratch=Path(scratch))
        return con.execute(f"SELECT {columns} FROM staged_{table} ORDER BY ALL").fetchall()


def fact_rows(profile: Profile, columns: str, table: str = "order_lines") -> list[tuple]:
    """Columns of a fact table, in order of their values; the facts are built where they are missing or old."""
    facts = ensure_facts(profile)
    rows = facts.con.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
    facts.close()
    return rows


def fact_frames(facts: Facts, as_of: date = LATE) -> dict[str, pd.DataFrame]:
    """Every fact table that has a month, up to ``as_of``."""
    tables = [name for (name,) in facts.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    frames = {name: facts.frame(name, as_of=as_of) for name in [*tables, "order_lines", "orders_valid"]}
    return {name: frame for name, frame in frames.items() if "month" in frame and name != "restatements"}
