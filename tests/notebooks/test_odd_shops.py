"""Shops that hardly are any, through every notebook that needs orders alone: no error, no number that is none.

The cells run in this process, one after the other, as a kernel would run them.
"""

import re
from pathlib import Path

import nbformat
import pytest

from retention_helpers.params.files import NOTEBOOKS
from retention_helpers.pipeline.notebooks import find_notebooks, missing_tables
from tests.company import company

pytestmark = pytest.mark.slow

HEADER = "customer_id,order_id,ordered_at,amount,channel,category"
PERIOD = "2024-06"
MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)][:18]


def rows(*orders: tuple[object, str, object]) -> str:
    """Orders of (customer, day, amount)."""
    lines = [f"{who},o{number},{day} 10:00:00,{amount},web,tea" for number, (who, day, amount) in enumerate(orders)]
    return "\n".join([HEADER, *lines])


SHOPS = {
    "one customer, one order": rows(("a", "2024-06-03", 10)),
    "one customer, every month": rows(*[("a", f"{month}-05", 10) for month in MONTHS]),
    "five customers": rows(*[(who, f"{month}-0{who}", 10 * who) for who in range(1, 6) for month in MONTHS[::who]]),
    "nobody comes back": rows(*[(f"c{n}", f"{MONTHS[n % 18]}-{n % 28 + 1:02d}", 10 + n % 7) for n in range(400)]),
    "all alike": rows(*[(f"c{n}", f"{month}-15", 20) for n in range(60) for month in MONTHS]),
    "ties everywhere": rows(
        *[(f"c{n}", f"{MONTHS[place]}-10", 5 * (n % 2 + 1)) for n in range(120) for place in range(n % 3 + 3, 18, 6)]
    ),
    "free of charge": rows(*[(f"c{n}", f"{MONTHS[n % 18]}-11", 0) for n in range(40)]),
    "silent for a year": rows(*[(f"c{n}", f"2023-0{n % 3 + 1}-11", 9) for n in range(40)], ("z", "2024-06-30", 1)),
}
# What a sentence would show of a number that is none.
NO_NUMBER = re.compile(r"\b(nan|NaN|None|NaT|inf)\b|<NA>")


def names() -> list[str]:
    """The notebooks that a shop with orders alone has."""
    profile = type("Profile", (), {"tables": {"orders": ()}})
    return [path.stem for path in find_notebooks() if not missing_tables(path, profile)]


@pytest.fixture(scope="module", params=SHOPS)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    company(folder, SHOPS[request.param], lapse_days=90)
    return folder


@pytest.mark.parametrize("name", names())
def test_a_notebook_says_something_sensible_of_a_shop_that_hardly_is_one(
    shop: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []
    monkeypatch.setenv("RETENTION_CACHE", str(shop / "cache"))
    monkeypatch.setattr("retention_helpers.report.notebook.display", lambda what, **_: shown.append(what))
    values: dict[str, object] = {"__name__": "__main__"}
    for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}.ipynb", "exec"), values)
            if "parameters" in cell.metadata.get("tags", ()):
                values |= {"profile": str(shop / "company.yaml"), "period": PERIOD, "allow_incomplete": True}
    *_, record = shown
    (body,) = (part for part in record.values() if isinstance(part, dict))
    assert body["findings"]
    for said in body["findings"]:
        assert said["headline"]
        assert not NO_NUMBER.search(f"{said['headline']} {said['sentence']}"), said
    assert [figure for figure in shown if NO_NUMBER.search(str(getattr(figure, "headline", "")))] == []
