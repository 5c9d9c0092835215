"""The files that machines read."""

import json
import platform

from nbformat import v4

from retention_helpers.params.files import ROOT
from retention_helpers.publishing.manifest import (
    alerts_file,
    as_json,
    code_hashes,
    headline,
    library_versions,
    notebook_hash,
)
from tests.publishing.tiny import cell, text


def test_json_is_sorted_ends_with_a_newline_and_has_no_nan():
    written = as_json({"b": [float("inf"), 1.5], "a": {"y": None, "x": "ї"}})
    assert written.endswith("}\n")
    assert written.index('"a"') < written.index('"b"')
    assert "ї" in written
    assert json.loads(written) == {"a": {"x": "ї", "y": None}, "b": [None, 1.5]}


def test_the_headline_names_the_notebook_of_each_finding_and_kpi():
    record = {"notebook": "summary", "title": "t", "findings": [{"name": "a"}], "kpis": [{"kpi": "crr"}], "alerts": []}
    said = headline({"period": "2026-10"}, [record])
    assert said["findings"] == [{"name": "a", "notebook": "summary"}]
    assert said["kpis"] == [{"kpi": "crr", "notebook": "summary"}]
    assert said["alerts"] == []
    assert said["period"] == "2026-10"


def test_the_file_of_alerts_holds_them_whole_and_says_of_which_month_they_are():
    about = {"profile": "sample", "company": "S", "period": "2026-10", "locale": "en", "currency": "EUR"}
    month = about | {"as_of": "2026-10-31", "data_through": "2026-10-31", "is_complete": True, "restatements": []}
    alert = {"kpi": "crr", "headline": "It fell", "drivers": [{"value": "web"}]}
    calm = {"headline": "1 alert this month", "sentence": ""}
    records = [{"notebook": "cohorts", "title": "t"}, {"notebook": "summary", "title": "t", "alerts": [alert]}]
    records[1]["watch"] = calm
    found = alerts_file(headline(month, records))
    del month["restatements"]
    assert found == month | {
        "alerts": [alert | {"notebook": "summary"}],
        "watch": calm | {"notebook": "summary"},
    }
    assert headline(month, records[:1])["watch"] == {}


def test_a_notebooks_hash_follows_its_code_alone():
    code = v4.new_notebook(cells=[text("a"), cell("x = 1")])
    other_text = v4.new_notebook(cells=[text("b"), cell("x = 1"), cell("period = '2026-10'", "injected-parameters")])
    other_code = v4.new_notebook(cells=[text("a"), cell("x = 2")])
    assert notebook_hash(code) == notebook_hash(other_text) != notebook_hash(other_code)


def test_the_manifest_knows_code_templates_and_versions():
    hashes = code_hashes({"summary": v4.new_notebook(cells=[cell("x = 1")])})
    assert {len(value) for value in (hashes["helpers"], hashes["templates"], hashes["notebooks"]["summary"])} == {64}
    assert {"papermill", "nbconvert", "pandas"} <= library_versions().keys()


def test_versions_are_those_of_all_that_a_run_needs():
    lines = (ROOT / "requirements-render.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    assert library_versions() == {**pinned, "python": platform.python_version()}
