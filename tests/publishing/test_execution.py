"""Running notebooks: every flaw is seen as a failure, with the cell and the reason."""

import os

import pytest

from retention_helpers.errors import NotebookError
from retention_helpers.publishing.execution import CellError, Run, execute
from retention_helpers.publishing.notebook import read, record_of
from tests.publishing.tiny import RECORD, cell, tiny

pytestmark = pytest.mark.slow

VALUES = {"profile": "sample", "period": "2026-10", "locale": "", "allow_incomplete": False}
EMPTY = "report.record()"
# As on a machine whose memory is limited: address space. Zeros that nobody writes to take nothing else.
EXHAUSTS = """import resource
resource.setrlimit(resource.RLIMIT_AS, (2**32, resource.getrlimit(resource.RLIMIT_AS)[1]))
rows = []
while True:
    rows.append(bytes(2**26))"""

FLAWS = {
    "raises": ([cell("raise ValueError('no\\nsuch thing')")], RECORD, 4, "ValueError: no\nsuch thing"),
    "exits": ([cell("import sys; sys.exit(0)")], RECORD, 4, "SystemExit"),
    "kills_kernel": ([cell("import os; os.kill(os.getpid(), 9)")], RECORD, 4, "the kernel died"),
    "hides_error": ([cell("1 / 0", "raises-exception")], RECORD, 4, "ZeroDivisionError"),
    "needs_more_memory_than_there_is": ([cell(EXHAUSTS)], RECORD, 4, "MemoryError"),
    "sleeps": ([cell("import time; time.sleep(60)")], RECORD, 4, "longer than 3 seconds"),
    "no_record": ([], "", None, "the record was never displayed"),
    "skips_cell": ([cell("x = 1", "skip-execution")], RECORD, 4, "it never ran"),
    "names_missing_table": ([cell("if False: report.table('lost')")], RECORD, None, 'table "lost" was not written'),
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_is_a_failure_with_its_cell(tmp_path, name):
    middle, record, number, reason = FLAWS[name]
    path = tiny(tmp_path, name, *middle, record=record)
    with pytest.raises(CellError) as caught:
        execute(Run(path, VALUES, tmp_path / "tables", tmp_path / "lists", cell_seconds=3))
    assert reason in caught.value.reason
    assert caught.value.cell == number
    assert caught.value.executed is not None
    assert isinstance(caught.value, NotebookError)


# Before it is killed, what was printed gets a moment to leave the process.
KILLED = "import os, time; time.sleep(1); os.kill(os.getpid(), 9)"


@pytest.mark.parametrize("end", [KILLED, "import time; time.sleep(60)", "1 / 0"])
def test_a_notebook_that_failed_is_kept_as_far_as_it_came(tmp_path, end):
    before = cell("print('before')")
    path = tiny(tmp_path, "broken", before, cell(f"print('now', flush=True)\n{end}"), cell("print('never')"))
    with pytest.raises(CellError) as caught:
        execute(Run(path, VALUES, tmp_path / "tables", tmp_path / "lists", cell_seconds=3))
    cells = caught.value.executed.cells
    injected = next(index for index, one in enumerate(cells) if "injected-parameters" in one.metadata.get("tags", ()))
    assert "2026-10" in cells[injected].source
    del cells[injected]
    assert [one.source for one in cells] == [one.source for one in read(path).cells]
    first = next(index for index, one in enumerate(cells) if one.source == before.source)
    assert cells[first].outputs[0].text == "before\n"
    assert cells[first + 1].outputs[0].text == "now\n"
    assert cells[first + 2].outputs == []


def test_an_error_after_the_record_is_a_failure(tmp_path):
    path = tiny(tmp_path, "late", cell(EMPTY), cell("assert 1 == 2, 'the sums agree'"), record="")
    with pytest.raises(CellError, match="late: cell 5: AssertionError: the sums agree"):
        execute(Run(path, VALUES, tmp_path / "tables", tmp_path / "lists"))


def test_a_good_notebook_runs_beside_its_own_folder_with_its_parameters(tmp_path, monkeypatch):
    monkeypatch.setenv("RETENTION_TABLES", "before")
    home = tmp_path / "{notebooks}"
    hostile = 'a"; raise SystemExit #\\" {period}'
    path = tiny(home, "good", cell("import os\nprint(os.getcwd(), os.environ['PYTHONHASHSEED'], profile)"))
    seen = []
    node = execute(
        Run(path, VALUES | {"profile": hostile}, tmp_path / "tables", tmp_path / "lists"), lambda *now: seen.append(now)
    )
    printed = node.cells[-2].outputs[0].text
    assert printed == f"{home} 0 {hostile}\n"
    assert record_of(node)["period"] == "2026-10"
    assert (tmp_path / "tables" / "monthly.csv").is_file()
    assert seen == [("good", number, 5) for number in (1, 2, 3, 4, 5)]
    assert os.environ["RETENTION_TABLES"] == "before"
