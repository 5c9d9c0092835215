"""Every notebook runs by itself: under plain papermill and nbconvert, with what is installed and nothing else."""

import sys
from pathlib import Path

import pytest
from nbformat import NotebookNode

from retention_helpers.params.files import ROOT
from retention_helpers.publishing.judgement import fault_of, tables_named
from retention_helpers.publishing.notebook import code_cells, own_code_cells, parts, read, record_of
from tests.calls import Call, call
from tests.end_to_end.conftest import Published

pytestmark = pytest.mark.slow

BIN = Path(sys.executable).parent


def run(*words: object, cache: Path, folder: Path) -> Call:
    program, *others = words
    return call(*others, cache=cache, folder=folder, program=(str(BIN / str(program)),))


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def executed(notebook: Path, sample: Published, tmp_path: Path) -> NotebookNode:
    """The notebook as the sample's month has it; the template, which is in none, as plain papermill runs it."""
    (month,) = (
        path for path in (sample.place.reports / "sample").iterdir() if path.is_symlink() and path.name != "first"
    )
    published = month / "executed" / notebook.name
    if published.exists():
        return read(published)
    output = tmp_path / "executed.ipynb"
    before = names_in(notebook.parent)
    done = run("papermill", notebook.name, output, cache=sample.place.cache, folder=notebook.parent)
    assert done.code == 0, done.err[-2000:]
    assert names_in(notebook.parent) == before
    return read(output)


def test_a_notebook_says_nothing_beside_what_its_record_names(
    executed: NotebookNode, notebook: Path, tmp_path: Path
) -> None:
    node = executed
    assert all(cell.execution_count for cell in own_code_cells(node))
    streams = [output for cell in code_cells(node) for output in cell.outputs if output.output_type == "stream"]
    assert streams == []  # no warning, no print
    record = record_of(node)
    assert record is not None
    assert record["notebook"] == notebook.stem
    assert record["is_complete"]
    shown = [part["name"] for part in parts(node, "figure")]
    assert record["figures"] == shown
    assert shown
    assert len(set(shown)) == len(shown)
    assert sorted(record["tables"]) == sorted(tables_named(node))
    assert 1 <= len(record["findings"]) <= 5
    # Where no run asks for tables none are written: that alone is missing for a month.
    fault = fault_of(node, notebook.stem, tmp_path)
    assert fault is not None
    assert "was not written" in fault.reason


# What Run All does is the same for each: one that shows, one that writes lists, and a new one.
@pytest.mark.parametrize("notebook", ["summary", "audiences", "_template"], indirect=True)
def test_a_notebook_runs_with_its_defaults_under_nbconvert(notebook: Path, sample: Published, tmp_path: Path) -> None:
    before = names_in(notebook.parent)
    words = ("nbconvert", "--execute", "--to", "html", "--output-dir", tmp_path, "--output", "page", notebook.name)
    done = run("jupyter", *words, cache=sample.place.cache, folder=notebook.parent)
    assert done.code == 0, done.err[-2000:]
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert 'class="fig"' in page
    assert "<svg" in page
    assert "var(--accent)" in page
    assert "--accent:" in page  # the colours that the drawings name are there too
    assert names_in(notebook.parent) == before


def test_papermill_takes_another_profile_and_month_from_the_top_folder(cdnow: Published, tmp_path: Path) -> None:
    output = tmp_path / "executed.ipynb"
    words = ("papermill", "notebooks/summary.ipynb", output, "-p", "profile", "cdnow", "-p", "period", "1998-06")
    done = run(*words, cache=cdnow.place.cache, folder=ROOT)
    assert done.code == 0, done.err[-2000:]
    record = record_of(read(output))
    assert record is not None
    assert (record["period"], record["as_of"], record["currency"]) == ("1998-06", "1998-06-30", "USD")
    values = {kpi["kpi"]: kpi["value"] for kpi in record["kpis"]}
    assert values["existing_retention_rate"] == pytest.approx(446 / 1488)
