"""Executed notebooks as documents."""

import json

import nbformat
import pytest
from nbformat import v4

from retention_helpers.errors import CallError, NotebookError
from retention_helpers.publishing.notebook import MIME, clean, parts, read, record_of, write
from tests.publishing.tiny import cell, text, tiny


def displayed(part: dict) -> nbformat.NotebookNode:
    shown = cell("show()")
    shown.outputs = [v4.new_output("display_data", {MIME: part, "text/plain": "x"})]
    return shown


def test_the_last_record_counts():
    node = v4.new_notebook(
        cells=[
            displayed({"kind": "record", "n": 1}),
            displayed({"kind": "figure"}),
            displayed({"kind": "record", "n": 2}),
        ]
    )
    assert record_of(node)["n"] == 2
    assert len(parts(node, "figure")) == 1


def test_the_title_of_a_record_is_the_first_heading_unless_it_names_one():
    shown = [text("By the way"), text("## No title"), text("# Who comes back?\n\nFor all."), text("# Another")]
    assert record_of(v4.new_notebook(cells=[*shown, displayed({"kind": "record"})]))["title"] == "Who comes back?"
    assert record_of(v4.new_notebook(cells=[*shown, displayed({"kind": "record", "title": "t"})]))["title"] == "t"
    assert record_of(v4.new_notebook(cells=[displayed({"kind": "record"})]))["title"] == ""


def test_the_purpose_of_a_record_is_the_paragraph_under_its_title_as_plain_text():
    title = text("# Who comes back?\n\nFor **all**,\nsee [there](#x).\n\nMore.")
    assert record_of(v4.new_notebook(cells=[title, displayed({"kind": "record"})]))["purpose"] == "For all, see there."
    assert record_of(v4.new_notebook(cells=[text("# Who?"), displayed({"kind": "record"})]))["purpose"] == ""


def test_a_notebook_that_did_not_reach_its_record_has_none():
    assert record_of(v4.new_notebook(cells=[text("## x"), cell("x = 1")])) is None


def executed(number: int) -> nbformat.NotebookNode:
    """The same run as seen at two times: other seconds, ids, addresses, process, and pieces of printed text."""
    shown = cell("print(x)")
    pieces = ["one\n", "two\n"] if number else ["one\ntwo\n"]
    shown.outputs = [v4.new_output("stream", name="stdout", text=piece) for piece in pieces]
    shown.outputs.append(v4.new_output("execute_result", {"text/plain": f"<Axes at 0x7f{number}a>"}, execution_count=1))
    shown.outputs.append(
        v4.new_output("stream", name="stderr", text=f"/tmp/ipykernel_{number}9/12{number}.py:1: Warning")
    )
    shown.outputs.append(
        v4.new_output("stream", name="stdout", text=f"/srv/run-{number}/tables/a.csv /srv/run-{number}0")
    )
    shown.metadata["papermill"] = {"duration": number, "start_time": str(number)}
    shown.metadata["execution"] = {"iopub.status.busy": str(number)}
    node = v4.new_notebook(cells=[text("# x"), shown])
    node.metadata["papermill"] = {"output_path": f"/srv/run-{number}/out.ipynb"}
    node.metadata["language_info"] = {"name": "python", "version": f"3.11.{number}"}
    return node


def test_two_runs_of_the_same_input_give_the_same_bytes(tmp_path):
    for number in (0, 1):
        write(clean(executed(number), {f"/srv/run-{number}": "reports"}), tmp_path / f"{number}.ipynb")
    first, second = ((tmp_path / f"{number}.ipynb").read_text() for number in (0, 1))
    assert first.replace("/srv/run-00", "") == second.replace("/srv/run-10", "")
    assert "reports/tables/a.csv" in first
    assert "papermill" not in first


def test_cleaning_leaves_its_input_alone():
    node = executed(0)
    before = nbformat.writes(node)
    clean(node)
    assert nbformat.writes(node) == before


def test_copied_cells_with_one_id_are_read_without_a_word(tmp_path):
    path = tiny(tmp_path, "good")
    content = json.loads(path.read_text())
    for shown in content["cells"]:
        shown["id"] = "same"
    path.write_text(json.dumps(content))
    assert len(read(path).cells) == len(content["cells"])


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"cells": 1}', "\x00"])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    (tmp_path / "bad.ipynb").write_text(content)
    with pytest.raises(NotebookError, match=r"bad.ipynb: is no notebook"):
        read(tmp_path / "bad.ipynb")


def test_a_notebook_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CallError, match="no such notebook"):
        read(tmp_path / "none.ipynb")
