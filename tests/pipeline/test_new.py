"""A new notebook: named, ready to run, and never over another one."""

import shutil
from pathlib import Path

import pytest

from retention_helpers.errors import CallError, MachineError
from retention_helpers.params.files import NOTEBOOKS
from retention_helpers.pipeline import new_notebook
from retention_helpers.publishing.notebook import read, title_of
from tests.publishing.tiny import everything_below


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(NOTEBOOKS / "_template.ipynb", tmp_path)
    return tmp_path


def test_a_new_notebook_bears_its_name_throughout(folder: Path) -> None:
    path = new_notebook("basket_size", folder)
    assert path == folder / "basket_size.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "TEMPLATE" not in text
    assert 'open_report(\\"basket_size\\"' in text
    assert title_of(read(path)).startswith("Basket size")


@pytest.mark.parametrize(
    "name", ["", "a", "Basket", "basket size", "basket-size", "../basket", "basket/size", "2nd", "_mine", "class",
             "index", "basket\n", "a" * 42, "корзина", "TEMPLATE_NAME", "basket.ipynb"],
)  # fmt: skip
def test_a_bad_name_is_refused_and_nothing_is_made(folder: Path, name: str) -> None:
    before = everything_below(folder)
    with pytest.raises(CallError, match=r"cannot name a notebook: .*for example basket_size"):
        new_notebook(name, folder)
    assert everything_below(folder) == before


def test_a_notebook_that_exists_is_not_overwritten(folder: Path) -> None:
    new_notebook("basket_size", folder).write_text("mine", encoding="utf-8")
    with pytest.raises(CallError, match=r"basket_size\.ipynb exists already"):
        new_notebook("basket_size", folder)
    assert (folder / "basket_size.ipynb").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_takes_no_file_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(MachineError, match=r"basket_size\.ipynb cannot be written: No space left on device"):
        new_notebook("basket_size", folder)
