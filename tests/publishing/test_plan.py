"""What a run does again and what it keeps: a notebook runs when a number could change, and only then."""

from dataclasses import replace
from pathlib import Path

import pytest

from retention_helpers.publishing import keys
from retention_helpers.publishing.month import publish_month, steps_of
from retention_helpers.publishing.notebook import read, write
from retention_helpers.publishing.plan import rendered_anew
from retention_helpers.publishing.request import MonthRequest
from tests.publishing.tiny import cell, everything_below, loaded, request, text, tiny, written

COUNTS = "open('{mark}', 'a').write('x')"


@pytest.fixture
def wanted(tmp_path: Path) -> MonthRequest:
    """A month of one notebook that notes each time it runs."""
    path = tiny(tmp_path / "notebooks", "good", cell(COUNTS.format(mark=tmp_path / "runs")))
    return request(tmp_path / "reports", path)


def runs(wanted: MonthRequest) -> int:
    return len((wanted.place.reports.parent / "runs").read_text())


def again(wanted: MonthRequest, **changes: object) -> MonthRequest:
    return replace(wanted, place=replace(wanted.place, run_id="run-2"), **changes)


def rewritten(wanted: MonthRequest, old: str, new: str) -> None:
    path = wanted.notebooks[0].path
    node = read(path)
    for one in node.cells:
        one.source = one.source.replace(old, new)
    write(node, path)


@pytest.mark.slow
def test_a_month_of_which_nothing_changed_is_kept_to_the_byte(wanted: MonthRequest) -> None:
    publish_month(wanted)
    before = everything_below(wanted.place.reports)
    result = publish_month(again(wanted))
    assert (result.is_unchanged, result.published, result.carried) == (True, (), ("good",))
    assert (everything_below(wanted.place.reports), runs(wanted)) == (before, 1)
    forced = publish_month(again(wanted, force=True))
    assert (forced.is_unchanged, runs(wanted)) == (False, 2)


@pytest.mark.slow
def test_another_text_is_rendered_without_running(wanted: MonthRequest) -> None:
    first = publish_month(wanted).folder
    table = (first / "tables" / "good" / "monthly.csv").read_bytes()
    rewritten(wanted, "How to read it.", "How to read this.")
    assert [(step.action, step.why) for step in steps_of(again(wanted))] == [("render", "changed: text")]
    folder = publish_month(again(wanted)).folder
    assert "How to read this." in (folder / "good.html").read_text()
    assert (folder / "tables" / "good" / "monthly.csv").read_bytes() == table
    assert runs(wanted) == 1
    assert publish_month(again(wanted)).is_unchanged
    assert loaded(folder / "manifest.json")["notebooks"]["good"]["why"] == "changed: text"
    # As a run of the same text would have it.
    page = (folder / "good.html").read_bytes()
    forced = publish_month(replace(again(wanted, force=True), place=replace(wanted.place, run_id="run-3")))
    assert (forced.folder / "good.html").read_bytes() == page


@pytest.mark.slow
def test_what_can_change_a_number_runs_again_and_says_why(
    wanted: MonthRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [step.why for step in steps_of(wanted)] == ["not published yet"]
    folder = publish_month(wanted).folder

    def why(**changes: object) -> str:
        (step,) = steps_of(again(wanted, **changes))
        return f"{step.action}: {step.why}"

    assert why() == "keep: unchanged"
    assert why(data=replace(wanted.data, fingerprints={"orders": "abd"})) == "run: changed: data"
    assert why(data=replace(wanted.data, others={"costs": "1"})) == "run: changed: data"
    assert why(settings="others") == "run: changed: settings"
    # Days after the month's end change nothing in it.
    assert why(data=replace(wanted.data, data_through=wanted.data.data_through.replace(day=9))) == "keep: unchanged"
    with monkeypatch.context() as other:
        other.setattr(keys, "helpers", lambda: "other")
        assert why() == "run: changed: helpers"
    (folder / "tables" / "good" / "monthly.csv").write_text("a,b\n1,3\n")
    assert why() == "run: damaged: tables/good/monthly.csv"
    rewritten(wanted, "Path(", "Path (")
    assert why() == "run: changed: code"


@pytest.mark.slow
def test_what_failed_is_tried_again(wanted: MonthRequest) -> None:
    publish_month(wanted)
    rewritten(wanted, 'report.table("monthly")', "1 / 0")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        publish_month(again(wanted))
    rewritten(wanted, "1 / 0", 'report.table("monthly")')
    assert [step.why for step in steps_of(again(wanted))] == ["failed the last time"]


def test_texts_may_move_between_the_cells_that_ran(tmp_path: Path) -> None:
    first = written(tmp_path / "a.ipynb", text("# Old"), cell("x = 1", "parameters"), text("Old"), cell("y = x"))
    executed = read(first)
    executed.cells.insert(2, cell("x = 2", "injected-parameters"))
    executed.cells[4].outputs = [{"output_type": "stream", "name": "stdout", "text": "2"}]
    now = read(written(tmp_path / "b.ipynb", cell("x = 1", "parameters"), cell("y = x"), text("# New")))
    found = rendered_anew(executed, now)
    assert [one.source for one in found.cells] == ["x = 1", "x = 2", "y = x", "# New"]
    assert found.cells[2].outputs[0]["text"] == "2"
