"""The parameters of notebooks: what is refused before a kernel starts."""

from pathlib import Path
from typing import Literal, get_origin

import pytest

from retention_helpers.errors import CallError, ParameterError
from retention_helpers.publishing.parameters import check_parameters, model_of
from retention_helpers.publishing.parameters_cell import CellParameter, parameters_cell
from tests.publishing.tiny import PARAMETERS, cell, tiny, written

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
COHORTS = f"{PARAMETERS}\ncohorts_shown: int = 12  # rows\nmonths_shown: int = 12  # columns"


@pytest.fixture
def cohorts(tmp_path):
    return written(tmp_path / "cohorts.ipynb", cell(COHORTS, "parameters"))


def test_what_is_not_given_keeps_its_default(cohorts):
    values = check_parameters(cohorts, {"period": "2026-10", "cohorts_shown": 6}).model_dump()
    assert values == {
        "profile": "sample",
        "period": "2026-10",
        "locale": "",
        "allow_incomplete": False,
        "cohorts_shown": 6,
        "months_shown": 12,
    }


def test_an_unknown_name_is_refused_with_the_name_that_was_meant(cohorts):
    with pytest.raises(ParameterError, match=r'no parameter "cohort_shown"\. Did you mean "cohorts_shown"\?') as caught:
        check_parameters(cohorts, {"cohort_shown": 6})
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "values",
    [
        {"period": "2026-13"},
        {"period": "2026-1"},
        {"period": "October"},
        {"period": "2026-10\n"},
        {"period": "٢٠٢٦-10"},
        {"period": '2026-10"; import os #'},
        {"period": None},
        {"period": 202610},
        {"locale": "de"},
        {"locale": "EN"},
        {"profile": ""},
        {"profile": "a\nimport os"},
        {"profile": "a\x00"},
        {"profile": "a" * 2000},
        {"allow_incomplete": 1},
        {"allow_incomplete": "true"},
        {"cohorts_shown": "12"},
        {"cohorts_shown": 12.0},
        {"cohorts_shown": True},
        {"cohorts_shown": 2},
        {"cohorts_shown": 37},
        {"cohorts_shown": [12]},
        {"cohorts_shown": {"a": 1}},
        {"cohorts_shown": float("nan")},
        {"cohorts_shown": float("inf")},
        {"cohorts_shown": None},
        {"cohorts_shown": b"12"},
        {"cohorts_shown": Path("12")},
        {"x; import os": 1},
        {"import": 1},
        {"": 1},
        {"__class__": 1},
        {"model_config": 1},
        {"retention_helpers.x": 1},
        {5: 1},
    ],
    ids=repr,
)
def test_a_wrong_value_or_name_is_refused_in_one_message(cohorts, values):
    with pytest.raises(ParameterError, match=r"^cohorts: "):
        check_parameters(cohorts, values)


def test_the_cell_is_read_with_types_defaults_and_comments(tmp_path):
    path = written(tmp_path / "own.ipynb", cell('top: int = 5  # how many = shown\nname: str = "#1"', "parameters"))
    assert parameters_cell(path) == (
        CellParameter("top", "int", 5, "how many = shown"),
        CellParameter("name", "str", "#1", ""),
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("top = 5", "is not of the form"),
        ("top: int", "is not of the form"),
        ("import os", "is not of the form"),
        ("top: int = len('abc')", "is not a plain text"),
        ("top: list = [1]", "is not a plain text"),
        ("top: int = ", "is no Python"),
    ],
)
def test_a_cell_with_other_code_is_refused(tmp_path, source, message):
    with pytest.raises(ParameterError, match=message):
        parameters_cell(written(tmp_path / "own.ipynb", cell(source, "parameters")))


@pytest.mark.parametrize(
    "cells", [[], [cell(PARAMETERS, "parameters"), cell(PARAMETERS, "parameters")]], ids=["none", "two"]
)
def test_a_notebook_has_one_parameters_cell(tmp_path, cells):
    with pytest.raises(ParameterError, match='are tagged "parameters"'):
        parameters_cell(written(tmp_path / "own.ipynb", *cells))


def test_a_cell_that_parts_from_its_model_is_refused(tmp_path):
    path = written(tmp_path / "cohorts.ipynb", cell(f"{PARAMETERS}\nextra: int = 1", "parameters"))
    with pytest.raises(ParameterError, match="lacks cohorts_shown, months_shown and names extra"):
        check_parameters(path, {})


def test_a_new_notebook_takes_what_its_own_cell_adds(tmp_path):
    path = written(tmp_path / "own.ipynb", cell(f"{PARAMETERS}\ntop: int = 5", "parameters"))
    assert check_parameters(path, {"top": 7}).model_dump()["top"] == 7
    with pytest.raises(ParameterError, match="parameter top"):
        check_parameters(path, {"top": "7"})


def test_a_new_parameter_needs_a_type_that_is_checked(tmp_path):
    path = written(tmp_path / "own.ipynb", cell(f"{PARAMETERS}\ntop: object = 5", "parameters"))
    with pytest.raises(ParameterError, match="has the type object"):
        check_parameters(path, {})


def test_a_notebook_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CallError, match="no such notebook"):
        check_parameters(tmp_path / "nothing.ipynb", {})


def test_the_tiny_notebooks_have_the_base_parameters(tmp_path):
    assert set(model_of(tiny(tmp_path, "good")).model_fields) == {"profile", "period", "locale", "allow_incomplete"}


def test_every_notebook_says_the_same_as_its_model():
    found = sorted(NOTEBOOKS.glob("*.ipynb"))
    assert found, "no notebook was discovered"
    for path in found:
        fields = model_of(path).model_fields
        for line in parameters_cell(path):
            field = fields[line.name]
            is_text = line.name in ("profile", "period", "locale") or get_origin(field.annotation) is Literal
            kind = "str" if is_text else getattr(field.annotation, "__name__", "")
            assert (line.default, line.type) == (field.default, kind), f"{path.name}: {line.name}"
            assert line.comment, f"{path.name}: {line.name} has no comment"
