"""Tables as CSV: exact, the same bytes each time, and nothing that a spreadsheet would run."""

from pathlib import Path

import pandas as pd
import pytest

from retention_helpers.report.csv import write_csv


def written(folder: Path, frame: pd.DataFrame) -> str:
    write_csv(folder / "tables" / "t.csv", frame)
    return (folder / "tables" / "t.csv").read_bytes().decode("utf-8")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_would_run_as_a_formula_gets_an_apostrophe(tmp_path: Path, start: str) -> None:
    frame = pd.DataFrame({"name": [f"{start}1+1", "plain", f"a{start}b"]})
    write_csv(tmp_path / "t.csv", frame)
    assert pd.read_csv(tmp_path / "t.csv", lineterminator="\n" if start != "\n" else None)["name"][0].startswith("'")


def test_categories_and_column_names_are_made_harmless_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=cmd()": pd.Categorical(["=1+1", None, "web"])})
    assert written(tmp_path, frame) == "'=cmd()\n'=1+1\n\nweb\n".replace("\n\n", '\n""\n')


def test_numbers_stay_exact_and_missing_ones_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame({"rate": [0.1 + 0.2, -1.5, None], "n": [1, -2, 3], "flag": [True, False, True]})
    assert written(tmp_path, frame) == "rate,n,flag\n0.30000000000000004,1,True\n-1.5,-2,False\n,3,True\n"


def test_texts_are_utf8_and_the_frame_is_left_as_it_was(tmp_path: Path) -> None:
    frame = pd.DataFrame({"city": ["Львів", "=Kyiv"]})
    assert written(tmp_path, frame) == "city\nЛьвів\n'=Kyiv\n"
    assert frame["city"].tolist() == ["Львів", "=Kyiv"]
