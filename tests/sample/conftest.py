"""One small sample company for all tests of this folder, read back as plain text."""

import json
from pathlib import Path

import pandas as pd
import pytest

from retention_helpers.sample import write_company


def read(path: Path) -> pd.DataFrame:
    """The file as text, with its header cleaned."""
    return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig").rename(columns=str.strip)


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """The folder of a company of 800 customers."""
    folder = tmp_path_factory.mktemp("company")
    write_company(folder, customers=800)
    return folder


@pytest.fixture(scope="session")
def truth(company):
    """What is true in this company."""
    return json.loads((company / "truth" / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def rows(company):
    """All rows of all order files as text; `file` is the month in the file's name, `line` the row's place in it."""
    parts = []
    for path in sorted(company.glob("orders-*.csv")):
        part = read(path)
        parts.append(part.assign(file=path.stem.removeprefix("orders-"), line=range(len(part))))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def tables(company):
    """The other tables by name, as text."""
    return {path.stem: read(path) for path in sorted(company.glob("*.csv")) if not path.stem.startswith("orders-")}


@pytest.fixture(scope="session")
def orders(rows, tables):
    """One row per clean order: customer (aliases resolved), at, month, amount."""
    ids = rows["customer_id"].str.removesuffix(".0")
    main = tables["identities"].set_index("alias_id")["customer_id"]
    lines = rows.assign(customer=ids.map(main).fillna(ids))
    lines = lines[(lines["customer"] != "") & ~lines["customer"].str.startswith("TEST") & (lines["status"] == "paid")]
    lines = lines[lines["ordered_at"].str.startswith("202") & ~lines["product_id"].isin(["POST", "GIFT"])]
    lines = lines.drop_duplicates(subset=["order_id", "product_id", "unit_price"])
    lines = lines.assign(amount=lines["amount"].astype(float), at=pd.to_datetime(lines["ordered_at"]))
    one = lines.groupby(["order_id", "customer"]).agg(at=("at", "min"), amount=("amount", "sum")).reset_index()
    return one.assign(month=one["at"].dt.strftime("%Y-%m"))
