"""Notebooks are of one form, and a departure from it is found."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from retention_helpers.params.files import NOTEBOOKS
from retention_helpers.pipeline import new_notebook
from tests.notebooks.conftest import NAMES
from tests.notebooks.shape import flaws


def test_the_notebooks_of_the_house_are_found() -> None:
    assert {"_template", "summary", "cohorts"} <= set(NAMES)


def test_a_notebook_is_of_the_form_of_the_house(notebook: Path) -> None:
    assert flaws(notebook) == []


def tagged(node: nbformat.NotebookNode, tag: str) -> nbformat.NotebookNode:
    return next(cell for cell in node.cells if tag in cell.metadata.get("tags", []))


def code(node: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The first code cell that is not technical."""
    return next(cell for cell in node.cells if cell.cell_type == "code" and not cell.metadata.get("tags"))


def put(text: str) -> Callable[[nbformat.NotebookNode], None]:
    return lambda node: code(node).update(source=text)


def add(tag: str, text: str) -> Callable[[nbformat.NotebookNode], None]:
    return lambda node: tagged(node, tag).update(source=f"{tagged(node, tag).source}\n{text}")


def many_cells(node: nbformat.NotebookNode) -> None:
    node.cells[5:5] = [v4.new_code_cell("as_of") for _ in range(12)]


def with_output(node: nbformat.NotebookNode) -> None:
    code(node).outputs = [v4.new_output("stream", text="1")]


FLAWS = {
    "its title is no question": lambda node: node.cells[0].update(source="# Basket size\n\nFor whom."),
    "its kernel is not python3": lambda node: node.metadata.kernelspec.update(name="conda-env"),
    "cell 5 holds outputs": with_output,
    "cell 7 is empty": lambda node: node.cells[6].update(source=" "),
    "it begins with title, setup, parameters, in short": lambda node: node.cells.insert(1, node.cells.pop(2)),
    "it ends with checks, record, definitions, text": lambda node: node.cells.append(v4.new_markdown_cell("Bye.")),
    "nothing is computed for In short": lambda node: node.cells.insert(4, v4.new_markdown_cell("More.")),
    "it has setup twice": lambda node: node.cells.insert(5, v4.new_code_cell("as_of", metadata={"tags": ["setup"]})),
    "parameter top has no comment": add("parameters", "top: int = 3"),
    "is not of the form": add("parameters", "top = 3  # how many"),
    "code cell 3 has 9 lines, more than 8": put("\n".join(["as_of"] * 9)),
    "it has 18 code cells, more than 16": many_cells,
    "code cell 3 has a def": put("def total(frame):\n    return frame"),
    "code cell 3 has a loop": put("[row for row in [1, 2]]"),
    "code cell 3 has a branch": put("if as_of:\n    as_of"),
    "code cell 3 has a path": put('frame = pandas.read_csv("../data/orders.csv")'),
    "code cell 3 has a date": put('monthly = monthly[monthly["month"] > "2024-01"]'),
    "code cell 2 has a date": add("setup", "from datetime import date"),
    "code cell 2 has a path": add("setup", "import os.path"),
    "its checks assert nothing": lambda node: tagged(node, "checks").update(source="last = 3"),
    "its checks do something else: print(3)": add("checks", "print(3)"),
    "its last code is not report.record()": add("record", "report.as_of"),
    "it opens its report as other": lambda node: tagged(node, "setup").update(
        source=tagged(node, "setup").source.replace('"basket_size"', '"other"')
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_departure_from_the_form_is_found(flaw: str, tmp_path: Path) -> None:
    shutil.copy(NOTEBOOKS / "_template.ipynb", tmp_path)
    path = new_notebook("basket_size", tmp_path)
    node = nbformat.read(path, as_version=4)
    FLAWS[flaw](node)
    nbformat.write(node, path)
    assert [found for found in flaws(path) if flaw in found], flaws(path)


def test_a_parameters_cell_that_parts_from_its_model_is_found(tmp_path: Path) -> None:
    path = Path(shutil.copy(NOTEBOOKS / "cohorts.ipynb", tmp_path))
    node = nbformat.read(path, as_version=4)
    cell = tagged(node, "parameters")
    cell.source = cell.source.replace("cohorts_shown: int = 12", "cohorts_shown: int = 10").replace(
        "months_shown: int = 12", "months_shown: float = 12"
    )
    nbformat.write(node, path)
    assert flaws(path) == [
        "parameter cohorts_shown has another default than its model",
        "parameter months_shown has another type than its model",
    ]
