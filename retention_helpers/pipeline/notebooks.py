"""The notebooks of the suite: which there are, which are asked for, what each needs, with which parameters it runs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from retention_helpers.errors import CallError, ParameterError, did_you_mean
from retention_helpers.params import NOTEBOOKS, Profile
from retention_helpers.publishing.parameters import check_parameters, model_of


def find_notebooks(names: Sequence[str] = (), folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks asked for, or all of them, in order of name with the summary first.

    Files that start with ``_`` are templates. Raises `CallError` for a name that is none.
    """
    found = {path.stem: path for path in sorted(folder.glob("*.ipynb")) if not path.stem.startswith("_")}
    unknown = [name for name in names if name not in found]
    if unknown:
        raise CallError(
            f'there is no notebook "{unknown[0]}".{did_you_mean(unknown[0], found)} Known: {", ".join(found)}.'
        )
    return sorted((found[name] for name in names or found), key=lambda path: (path.stem != "summary", path.stem))


def missing_tables(notebook: Path, profile: Profile) -> list[str]:
    """The tables that a notebook needs and the profile does not have.

    Its metadata say which under ``needs`` (orders by default); some can do with those under ``or`` instead.
    """
    said = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("retention_report", {})
    missing = [table for table in said.get("needs", ["orders"]) if table not in profile.tables]
    instead = said.get("or", [])
    return [] if instead and all(table in profile.tables for table in instead) else missing


def suite_of(profile: Profile, folder: Path = NOTEBOOKS) -> list[str]:
    """The names of the notebooks that a whole month of a profile has: all but those whose tables it does not have."""
    return [path.stem for path in find_notebooks(folder=folder) if not missing_tables(path, profile)]


def share_out(notebooks: Sequence[Path], common: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, dict]:
    """The parameters of each notebook: the common ones, and of ``extra`` those that it takes.

    Raises `ParameterError` when no notebook takes one of ``extra``, or a value is wrong: before any kernel starts.
    """
    names = {path.stem: set(model_of(path).model_fields) for path in notebooks}
    for name in extra:
        known = sorted(set().union(*names.values()))
        if name not in known:
            raise ParameterError(f'no notebook takes a parameter "{name}".{did_you_mean(name, known)}')
    shared = {
        path.stem: {**common, **{name: value for name, value in extra.items() if name in names[path.stem]}}
        for path in notebooks
    }
    for path in notebooks:
        check_parameters(path, shared[path.stem])
    return shared
