"""A new notebook from the template, named and ready to run."""

import keyword
import re
from pathlib import Path

from retention_helpers.errors import CallError, MachineError
from retention_helpers.params import NOTEBOOKS

TEMPLATE = "_template"
# The page of a month that leads to all others.
RESERVED = ("index",)
_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")


def new_notebook(name: str, folder: Path = NOTEBOOKS) -> Path:
    """Copy the template to ``<name>.ipynb`` with its name filled in; raises `CallError` rather than overwrite one."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in RESERVED:
        raise CallError(
            f'"{name}" cannot name a notebook: use lower-case letters, digits and _, for example basket_size.'
        )
    path = folder / f"{name}.ipynb"
    if path.exists():
        raise CallError(f"{path} exists already. Choose another name, or edit that one.")
    text = (folder / f"{TEMPLATE}.ipynb").read_text(encoding="utf-8")
    title = name.replace("_", " ").capitalize()
    try:
        path.write_text(text.replace("TEMPLATE_NAME", name).replace("TEMPLATE_TITLE", title), encoding="utf-8")
    except OSError as error:
        raise MachineError(f"{path} cannot be written: {error.strerror}. Correct the rights of its folder.") from error
    return path
