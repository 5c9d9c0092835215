"""One month from notebooks to the published folder."""

import dataclasses

import pytest

from retention_helpers.errors import CallError, MachineError, NotebookError, ParameterError
from retention_helpers.publishing import month
from retention_helpers.publishing.front import LeftOut
from retention_helpers.publishing.inspection import problems_of
from retention_helpers.publishing.month import publish_month
from retention_helpers.publishing.request import Notebook
from retention_helpers.publishing.versions import Place
from tests.publishing.tiny import cell, everything_below, loaded, request, text, tiny

XSS = '<img src="https://evil.example/x.png" onerror="alert(1)"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Two good notebooks, published once (one of them with hostile text), as most tests read them."""
    folder = tmp_path_factory.mktemp("house")
    hostile = [
        text(f"## {XSS}\n\n{XSS}\n\n![x](https://evil.example/x.png)"),
        cell(f"display({{'text/html': {XSS!r}}}, raw=True)"),
    ]
    good, cohorts = tiny(folder / "notebooks", "good"), tiny(folder / "notebooks", "others", *hostile)
    result = publish_month(
        request(folder / "reports", good, cohorts, left_out=[LeftOut("loyalty", "There is no table of memberships.")])
    )
    return folder, result


@pytest.mark.slow
def test_a_month_has_all_its_files(house):
    folder, result = house
    found = {str(path.relative_to(result.folder)) for path in result.folder.rglob("*") if path.is_file()}
    assert found == {
        "index.html",
        "good.html",
        "others.html",
        "tables/good/monthly.csv",
        "tables/others/monthly.csv",
        "executed/good.ipynb",
        "executed/others.ipynb",
        "alerts.json",
        "headline.json",
        "manifest.json",
    }
    assert result.published == ("good", "others")
    assert result.folder == folder / "reports" / "sample" / "2026-10"
    assert str(result.folder.readlink()) == ".versions/2026-10/run-1"


@pytest.mark.slow
def test_the_pages_keep_to_the_rules_and_hostile_text_is_harmless(house):
    folder, result = house
    pages = [*result.folder.glob("*.html"), folder / "reports" / "sample" / "index.html"]
    assert len(pages) == 4
    for page in pages:
        assert problems_of(page.read_text()) == []
    assert 'src="https' not in (result.folder / "others.html").read_text()
    assert "There is no table of memberships." in (result.folder / "index.html").read_text()


@pytest.mark.slow
def test_headline_and_manifest_say_what_the_month_is(house):
    _, result = house
    said, made = loaded(result.folder / "headline.json"), loaded(result.folder / "manifest.json")
    assert said["data_through"] == "2026-10-31"
    assert [kpi["notebook"] for kpi in said["kpis"]] == ["good", "others"]
    assert said["alerts"] == []
    assert loaded(result.folder / "alerts.json")["period"] == said["period"]
    assert made["data_through"] == "2026-11-03"
    assert made["fingerprints"] == {"orders": "abc"}
    assert made["row_counts"] == {"orders": 12}
    assert made["notebooks"]["good"]["parameters"]["period"] == "2026-10"
    assert made["notebooks"]["good"]["seconds"] > 0


@pytest.mark.slow
def test_a_second_run_of_one_notebook_carries_the_other_over_and_gives_equal_bytes(house):
    folder, first = house
    before = everything_below(first.folder.resolve())
    again = request(
        folder / "reports",
        folder / "notebooks" / "good.ipynb",
        run_id="run-2",
        left_out=[LeftOut("loyalty", "There is no table of memberships.")],
        force=True,
    )
    result = publish_month(again)
    after = everything_below(result.folder.resolve())
    assert (result.published, result.carried) == (("good",), ("others",))
    assert str(result.folder.readlink()) == ".versions/2026-10/run-2"
    before.pop("manifest.json")
    after.pop("manifest.json")
    assert after == before
    runs = {name: run["run_id"] for name, run in loaded(result.folder / "manifest.json")["notebooks"].items()}
    assert runs == {"good": "run-2", "others": "run-1"}


@pytest.mark.slow
def test_a_failed_notebook_leaves_the_month_as_it_was_and_is_shown_beside_it(house):
    folder, first = house
    reports = folder / "reports"
    before = everything_below(first.folder.resolve())
    link = first.folder.readlink()
    bad = tiny(folder / "bad", "good", cell("raise ValueError('no such column')"))
    worse = tiny(folder / "bad", "worse", record="")
    with pytest.raises(NotebookError, match="2 of its notebooks failed") as caught:
        publish_month(request(reports, bad, worse, run_id="run-3"))
    assert "good: cell 4: ValueError: no such column" in str(caught.value)
    assert "worse: the record was never displayed" in str(caught.value)
    assert (first.folder.readlink(), everything_below(first.folder.resolve())) == (link, before)
    kept = reports / "_failed" / "sample" / "2026-10" / "good"
    assert loaded(kept / "failure.json")["cell"] == 4
    assert "no such column" in (kept / "executed.ipynb").read_text()
    history = (reports / "sample" / "index.html").read_text()
    assert "no such column" in history
    assert '<a href="2026-10/good.html">' in history
    assert not list((reports / "sample" / ".versions" / "2026-10").glob("run-3*"))

    partial = publish_month(
        request(reports, worse, folder / "notebooks" / "good.ipynb", run_id="run-4", allow_partial=True)
    )
    assert (partial.published, partial.failed) == (("good",), ("worse",))
    assert "Partial: 1 report failed." in (partial.folder / "index.html").read_text()
    # The success of `good` answers its failure; `worse` still has one.
    assert [path.name for path in kept.parent.iterdir()] == ["worse"]


@pytest.mark.slow
def test_a_success_answers_the_failures_of_notebooks_that_nobody_will_run_again(tmp_path):
    good = tiny(tmp_path / "notebooks", "good")
    bad = [tiny(tmp_path / "bad", name, record="") for name in ("gone", "loyalty", "still_there")]
    with pytest.raises(NotebookError, match="3 of its notebooks failed"):
        publish_month(request(tmp_path / "reports", *bad))
    left_out = [LeftOut("loyalty", "There is no table of memberships.")]
    order = ["good", "loyalty", "still_there"]
    again = request(tmp_path / "reports", good, run_id="run-2", order=order, left_out=left_out)
    publish_month(again)
    assert [path.name for path in (tmp_path / "reports" / "_failed" / "sample" / "2026-10").iterdir()] == [
        "still_there"
    ]


def without_kernels(monkeypatch):
    monkeypatch.setattr(month, "run_in_turn", lambda *_: pytest.fail("a kernel was started"))


def test_an_unknown_parameter_is_refused_before_a_kernel_and_nothing_changes(tmp_path, monkeypatch):
    without_kernels(monkeypatch)
    path = tiny(tmp_path / "notebooks", "good")
    wanted = request(tmp_path / "reports", notebooks=[Notebook(path, {"perido": "2026-10"})])
    with pytest.raises(ParameterError, match="Did you mean"):
        publish_month(wanted)
    assert not (tmp_path / "reports").exists()


def test_a_reports_folder_that_cannot_be_written_is_told_before_a_kernel(tmp_path, monkeypatch):
    without_kernels(monkeypatch)
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(MachineError, match="is no folder"):
        publish_month(request(tmp_path / "reports", tiny(tmp_path / "notebooks", "good")))
    assert (tmp_path / "reports").read_text() == "a file"


@pytest.mark.parametrize("names", [["index"], ["good", "good"], []], ids=["index", "twice", "none"])
def test_names_of_pages_are_told_apart(tmp_path, monkeypatch, names):
    without_kernels(monkeypatch)
    paths = [tiny(tmp_path / str(number), name) for number, name in enumerate(names)]
    with pytest.raises(CallError):
        publish_month(request(tmp_path / "reports", *paths))


def test_a_past_month_reads_the_same_however_far_the_source_has_grown(tmp_path):
    now = request(tmp_path)
    later = dataclasses.replace(now, place=Place(tmp_path, "sample", "2026-10", "later"))
    later = dataclasses.replace(later, data=dataclasses.replace(now.data, data_through=now.now.date()))
    assert later.frame == now.frame
