"""Tiny notebooks, each with one flaw or none, and a tiny month to publish them in."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import nbformat
from nbformat import v4

from retention_helpers.publishing.notebook import MIME
from retention_helpers.publishing.request import Data, MonthRequest, Notebook
from retention_helpers.publishing.versions import Place
from retention_helpers.words import Words

PARAMETERS = """profile: str = "sample"  # which company
period: str = ""  # month to report, YYYY-MM; empty: the last complete month
locale: str = ""  # en, ru, uk; empty: the profile's
allow_incomplete: bool = False  # report a month that is not over"""

SETUP = """import os
from pathlib import Path
from IPython.display import display
class report:
    def table(name, text="a,b\\n1,2\\n"):
        Path(os.environ["RETENTION_TABLES"], name + ".csv").write_text(text)
    def show(part, html):
        display({"text/html": html, "text/plain": "figure", MIME: part}, raw=True)
    def record(**more):
        record = {"kind": "record", "notebook": NAME, "title": TITLE, "period": period, "as_of": "2026-10-31",
                  "data_through": "2026-10-31", "is_complete": True, "currency": "EUR", "findings": [], "kpis": [],
                  "tables": [], "figures": [], "alerts": []}
        display({"text/plain": "record", MIME: record | more}, raw=True)"""

FIGURE = """report.table("monthly")
report.show({"kind": "figure", "name": "line", "headline": "Retention rose", "sentence": "By 2 pp."},
            '<figure class="fig" id="fig-line"><h3>Retention rose</h3>'
            '<svg class="chart" viewBox="0 0 9 9"><path d="M0 0L9 9"/></svg></figure>')"""

RECORD = """report.record(
    findings=[{"name": "rise", "headline": "Retention rose", "sentence": "By 2 pp.", "figure": "line"}],
    kpis=[{"kpi": "crr", "name": "Customer retention", "value": 0.7, "text": "70.0%", "low": 0.6, "high": 0.8,
           "n": 1000, "previous": 0.65, "last_year": None, "change": 0.05, "change_low": 0.01, "change_high": 0.09,
           "series": [0.5, None, 0.65, 0.7]}],
    tables=["monthly"], figures=["line"])"""


def cell(source: str, *tags: str) -> nbformat.NotebookNode:
    return v4.new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str) -> nbformat.NotebookNode:
    return v4.new_markdown_cell(source)


def written(path: Path, *cells: nbformat.NotebookNode) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(v4.new_notebook(cells=list(cells)), path)
    return path


def tiny(folder: Path, name: str, *middle: nbformat.NotebookNode, record: str = RECORD) -> Path:
    """A whole notebook of the house's form; ``middle`` stands before the record."""
    title = f"Do {name} customers come back?"
    setup = f"{SETUP}\nNAME, TITLE, MIME = {name!r}, {title!r}, {MIME!r}"
    cells = [
        text(f"# {title}\n\nFor the head of retention."),
        cell(PARAMETERS, "parameters"),
        cell(setup, "setup"),
        text("## In short\n\nHow to read it."),
        cell(FIGURE),
        *middle,
    ]
    return written(folder / f"{name}.ipynb", *cells, *([cell(record, "record")] if record else []))


def request(reports: Path, *paths: Path, run_id: str = "run-1", **more: object) -> MonthRequest:
    """October 2026 of the profile `sample`."""
    values = {
        "place": Place(reports, "sample", "2026-10", run_id),
        "notebooks": [Notebook(path, {"period": "2026-10"}) for path in paths],
        "data": Data(date(2026, 10, 31), date(2026, 11, 3), fingerprints={"orders": "abc"}, row_counts={"orders": 12}),
        "words": Words("en", "EUR"),
        "now": datetime(2026, 11, 4, 5, 6, tzinfo=UTC),
    }
    return MonthRequest(**(values | more))


def everything_below(folder: Path) -> dict[str, bytes | str]:
    """Every file and link of a folder with its content: equal before and after means nothing changed."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def loaded(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))
