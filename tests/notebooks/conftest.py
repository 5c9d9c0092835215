"""Every notebook of the house, found by itself, and the template as somebody's new notebook."""

import shutil
from pathlib import Path

import pytest

from retention_helpers.params.files import NOTEBOOKS
from retention_helpers.pipeline import new_notebook
from tests.end_to_end.conftest import cdnow, sample

# Published once for the tests from end to end too: here their facts are wanted.
__all__ = ["cdnow", "sample"]

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(params=NAMES)
def notebook(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A notebook where it lies; the template as `make new` copies it, in a folder of its own."""
    path = NOTEBOOKS / f"{request.param}.ipynb"
    if not request.param.startswith("_"):
        return path
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copy(path, folder)
    return new_notebook("basket_size", folder)
