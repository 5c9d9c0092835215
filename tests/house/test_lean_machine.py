"""A scheduled machine, set up from requirements-render.txt and nothing else, publishes a month."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls import call
from tests.company import company
from tests.house.test_files import ROOT, files

HEADER = "customer_id,order_id,ordered_at,amount"
NOTEBOOKS = ("audiences", "churn_risk", "cohorts", "lifecycle", "lifetime_value", "rfm_segments", "summary")
EDITOR = ("jupyter_server", "jupyterlab", "notebook", "hypothesis")


@pytest.fixture(scope="module")
def lean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The house without its tests in another place, set up there as README says."""
    house = tmp_path_factory.mktemp("lean") / "house"
    for path in files():
        if path.parts[0] != "tests":
            (house / path.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, house / path)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PIP_NO_COMPILE": "1"}
    call = [house / ".ci" / "setup", "requirements-render.txt", sys.executable]
    subprocess.run(call, cwd=house, env=env, check=True, capture_output=True, text=True, timeout=1200)
    yield house
    subprocess.run(["rm", "-rf", house / ".venv"], check=False)  # half a gigabyte


@pytest.mark.slow
def test_a_machine_without_the_editor_publishes_a_month(lean: Path, tmp_path: Path) -> None:
    python = lean / ".venv" / "bin" / "python"
    found = f"from importlib.util import find_spec; print([name for name in {EDITOR} if find_spec(name)])"
    said = subprocess.run([python, "-c", found], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert said.strip() == "[]"

    lines = [f"c{i % 40},o{i},2024-{1 + i // 40:02d}-{1 + i % 28:02d},{10 + i % 7}.50" for i in range(160)]
    lines.append("c1,p1,2024-04-30,9.00")
    company(tmp_path / "shop", "\n".join([HEADER, *lines]))
    words = ("run", "--profile", "shop/company.yaml", "--period", "2024-04", "--reports", "reports")
    ran = call(*words, cache=tmp_path / "cache", folder=tmp_path, program=(str(python), "-m", "retention_helpers"))
    assert (ran.code, ran.err) == (0, "")
    month = tmp_path / "reports" / "company" / "2024-04"
    assert {path.stem for path in month.glob("*.html")} == {"index", *NOTEBOOKS}
    assert (month / "tables" / "summary" / "kpis.csv").is_file()
