"""Whether reports can be written is asked without leaving anything."""

from pathlib import Path

import pytest

from retention_helpers.errors import MachineError
from retention_helpers.pipeline.writable import check_writable


def test_a_folder_that_does_not_exist_yet_is_fine_and_is_not_made(tmp_path: Path) -> None:
    check_writable(tmp_path / "reports" / "of" / "ours")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_fine_and_stays_empty(tmp_path: Path) -> None:
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", [".", "reports"])
def test_a_file_in_its_place_is_told(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match=r"cannot be written: Not a directory.*--reports"):
        check_writable(tmp_path / "file" / below)
