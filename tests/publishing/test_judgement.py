"""Whether an executed notebook succeeded, by what is in it."""

import nbformat
import pytest
from nbformat import v4

from retention_helpers.publishing.judgement import fault_of, tables_named, told
from retention_helpers.publishing.notebook import MIME
from tests.publishing.tiny import cell, text

RECORD = {
    "kind": "record",
    "notebook": "good",
    "title": "t",
    "period": "2026-10",
    "data_through": "2026-10-31",
    "is_complete": True,
    "findings": [],
    "kpis": [],
    "tables": [],
    "figures": [],
}


def ran(source: str, *tags: str, part: dict | None = None) -> nbformat.NotebookNode:
    made = cell(source, *tags)
    made.execution_count = 1
    made.outputs = [v4.new_output("display_data", {MIME: part})] if part else []
    return made


def judged(tmp_path, *cells):
    fault = fault_of(v4.new_notebook(cells=list(cells)), "good", tmp_path)
    return (fault.reason, fault.cell) if fault else None


def test_a_notebook_that_ran_to_its_record_succeeded(tmp_path):
    assert judged(tmp_path, text("# x"), ran("x = 1"), cell(""), ran("report.record()", part=RECORD)) is None


def test_cells_are_counted_as_the_analyst_sees_them(tmp_path):
    cells = [
        ran("a: int = 1", "parameters"),
        ran("a = 2", "injected-parameters"),
        cell("never()"),
        ran("r", part=RECORD),
    ]
    assert judged(tmp_path, *cells) == ("it never ran (`never()`).", 2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"notebook": "other"}, 'it opens its report as "other"'),
        ({"tables": ["kpis"]}, 'its table "kpis" was not written'),
        ({"figures": ["line"]}, 'names the figure "line", which no cell displays'),
    ],
)
def test_a_record_that_promises_what_is_not_there_is_a_fault(tmp_path, change, reason):
    assert reason in judged(tmp_path, ran("report.record()", part=RECORD | change))[0]


def test_a_record_without_its_parts_is_a_fault(tmp_path):
    part = {key: value for key, value in RECORD.items() if key not in ("kpis", "figures")}
    assert judged(tmp_path, ran("report.record()", part=part)) == ("its record lacks figures, kpis.", None)


def test_a_table_written_and_named_is_no_fault(tmp_path):
    (tmp_path / "kpis.csv").write_text("a\n")
    cells = [ran('report.table("kpis", frame)'), ran("report.record()", part=RECORD | {"tables": ["kpis"]})]
    assert judged(tmp_path, *cells) is None


def test_tables_are_found_in_the_source_by_their_literal_names():
    cells = [
        ran('%matplotlib inline\nreport.table("a", frame).show(report.table("b", frame))'),
        ran('other.table("c"); report.table(name); "report.table(\'d\')"'),
        ran("%%html\n<p>report.table('e')</p>"),
        text('`report.table("f")`'),
    ]
    assert sorted(tables_named(v4.new_notebook(cells=cells))) == ["a", "b"]


def test_an_error_is_told_in_its_first_lines_without_colours():
    assert told("\x1b[31mValueError\x1b[0m: a\n\n b  \nc\nd") == "ValueError: a\n b\nc"
