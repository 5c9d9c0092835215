"""An export arrives, or the source goes, while a month's notebooks run: all stand on the facts of its start."""

from pathlib import Path

import pytest

from retention_helpers.errors import MachineError
from retention_helpers.facts import hold, open_facts_file
from retention_helpers.params import load_profile
from retention_helpers.pipeline import run
from retention_helpers.publishing.pin import Pin
from retention_helpers.publishing.workers import Team
from retention_helpers.report import ensure_facts
from tests.company import company
from tests.pipeline.four_orders import HEADER, NOW, ROWS, run_of
from tests.publishing.tiny import RECORD, cell, everything_below, loaded, tiny

COUNTS = (
    "from retention_helpers.report import open_report\n"
    "opened = open_report(NAME, profile=profile, period=period)\n"
    "rows = opened.who_is_counted()['rows'].sum()\n"
    "report.table('rows', f'rows\\n{rows}\\n')"
)
WITH_ROWS = RECORD.replace('tables=["monthly"]', 'tables=["monthly", "rows"]')


@pytest.fixture
def asked(tmp_path: Path) -> run.RunRequest:
    return run_of(tmp_path, team=Team(1, is_cold=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    "happens", ["open('{file}', 'a').write('c3,5,2024-03-30,50.00\\n')", "import os; os.unlink('{file}')"]
)
def test_all_notebooks_of_a_month_stand_on_the_same_facts(asked: run.RunRequest, tmp_path: Path, happens: str) -> None:
    source = tmp_path / "shop" / "orders.csv"
    meanwhile = cell(happens.format(file=source).replace("\n", "\\n"))
    tiny(asked.folder, "a", cell(COUNTS), meanwhile, record=WITH_ROWS)
    tiny(asked.folder, "b", cell(COUNTS), record=WITH_ROWS)
    (done,) = run.run_months(asked, print)
    tables = {name: (done.folder / "tables" / name / "rows.csv").read_text() for name in ("a", "b")}
    assert tables == {"a": "rows\n3\n", "b": "rows\n3\n"}
    assert sum(loaded(done.folder / "manifest.json")["row_counts"].values()) == 3


@pytest.mark.slow
def test_a_month_whose_facts_were_replaced_under_it_is_not_published(asked: run.RunRequest, own_cache: Path) -> None:
    tiny(asked.folder, "summary")
    run.run_months(asked, print)
    before = everything_below(asked.reports)
    (file,) = (own_cache / "company").glob("facts-*.duckdb")

    def replaced(*_: object) -> None:
        other = file.with_suffix(".other")
        other.write_bytes(file.read_bytes())
        other.replace(file)

    later = run.RunRequest(**{**vars(asked), "now": NOW.replace(hour=6), "force": True})
    with pytest.raises(MachineError, match=r"were removed or replaced while notebooks read them.*Start again"):
        run.run_months(later, print, replaced)
    assert everything_below(asked.reports) == before


def test_a_facts_file_that_went_is_told(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="removed or replaced"):
        Pin.of(tmp_path / "facts-1.duckdb")
    with pytest.raises(MachineError, match="Start again"), hold(tmp_path / "facts-1.duckdb"):
        pass
    with pytest.raises(MachineError, match="Start again"):
        open_facts_file(tmp_path / "facts-1.duckdb")


def test_facts_that_a_run_stands_on_outlive_any_number_of_builds(asked: run.RunRequest, tmp_path: Path) -> None:
    profile = load_profile(asked.profile)
    facts = ensure_facts(profile)
    path = facts.path
    facts.close()

    def build_three_times() -> None:
        for amount in ("11", "12", "13"):
            rows = [ROWS[0].replace("10.00", amount), *ROWS[1:], f"c1,9,2024-04-09,{amount}"]
            ensure_facts(company(tmp_path / "shop", "\n".join([HEADER, *rows]))).close()

    with hold(path):
        build_three_times()
        again = open_facts_file(path)
        assert again.con.execute("SELECT sum(amount_cents) FROM order_lines").fetchone() == (10_000,)
        again.close()
    build_three_times()
    assert not path.exists()
