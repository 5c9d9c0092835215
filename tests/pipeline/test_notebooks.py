"""Which notebooks run, with which parameters."""

import json
from pathlib import Path

import pytest

from retention_helpers.errors import CallError, ParameterError
from retention_helpers.pipeline.notebooks import find_notebooks, missing_tables, share_out
from tests.company import company
from tests.publishing.tiny import PARAMETERS, cell, tiny, written

ORDERS = "customer_id,ordered_at,amount\nc1,2024-01-05,10.00"
COMMON = {"profile": "sample", "period": "2024-01", "locale": "", "allow_incomplete": False}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("loyalty", "summary", "cohorts", "_template"):
        tiny(tmp_path, name)
    own = f'{PARAMETERS}\ntop: int = 10  # how many\nlabel: str = ""  # what for'
    written(tmp_path / "baskets.ipynb", cell(own, "parameters"))
    return tmp_path


def stems(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def test_all_notebooks_are_found_the_summary_first_and_no_template(folder: Path) -> None:
    # The two of the house have models of their own; these here are found by their files alone.
    assert stems(find_notebooks(folder=folder)) == ["summary", "baskets", "cohorts", "loyalty"]


def test_some_are_found_by_name_in_the_same_order(folder: Path) -> None:
    assert stems(find_notebooks(["loyalty", "summary"], folder)) == ["summary", "loyalty"]


@pytest.mark.parametrize("name", ["loyality", "_template", "../folder/loyalty", "", "loyalty.ipynb"])
def test_a_name_that_is_none_is_refused_with_those_that_are(folder: Path, name: str) -> None:
    with pytest.raises(CallError, match=f'no notebook "{name}".*Known: baskets, cohorts, loyalty, summary'):
        find_notebooks(["summary", name], folder)


def test_a_parameter_goes_to_the_notebooks_that_take_it(folder: Path) -> None:
    notebooks = find_notebooks(["baskets", "loyalty"], folder)
    shared = share_out(notebooks, COMMON, {"top": 3})
    assert shared == {"baskets": {**COMMON, "top": 3}, "loyalty": COMMON}


def test_a_parameter_that_no_notebook_takes_is_refused(folder: Path) -> None:
    notebooks = find_notebooks(["baskets", "loyalty"], folder)
    with pytest.raises(ParameterError, match=r'no notebook takes a parameter "tops"\. Did you mean "top"\?'):
        share_out(notebooks, COMMON, {"tops": 3})


@pytest.mark.parametrize(
    ("name", "value"), [("top", "3"), ("top", 3.0), ("top", True), ("label", 3), ("top", None), ("top", float("nan"))]
)
def test_a_value_of_another_type_is_refused(folder: Path, name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=f"baskets: parameter {name}"):
        share_out(find_notebooks(["baskets"], folder), COMMON, {name: value})


def test_a_notebook_needs_orders_unless_it_says_otherwise(folder: Path) -> None:
    profile = company(folder / "shop", ORDERS)
    path = folder / "loyalty.ipynb"
    assert missing_tables(path, profile) == []
    node = json.loads(path.read_text(encoding="utf-8"))
    node["metadata"]["retention_report"] = {"needs": ["orders", "memberships", "contacts"]}
    path.write_text(json.dumps(node), encoding="utf-8")
    assert missing_tables(path, profile) == ["memberships", "contacts"]


def test_a_notebook_that_can_do_with_other_tables_needs_one_set_whole(folder: Path) -> None:
    path = folder / "loyalty.ipynb"
    node = json.loads(path.read_text(encoding="utf-8"))
    node["metadata"]["retention_report"] = {"needs": ["contacts", "orders"], "or": ["outcomes"]}
    path.write_text(json.dumps(node), encoding="utf-8")
    assert missing_tables(path, company(folder / "shop", ORDERS)) == ["contacts"]
    outcomes = {"outcomes": "campaign_id,arm\nspring,mail"}
    assert missing_tables(path, company(folder / "trial", others=outcomes)) == []
    assert missing_tables(path, company(folder / "both", ORDERS, others=outcomes)) == []
