"""Is the table what the figure needs? Said in one sentence before anything is drawn."""

from collections.abc import Iterable, Mapping

import pandas as pd

from retention_helpers.errors import ParameterError, did_you_mean
from retention_helpers.words import Words


def require(frame: pd.DataFrame, needed: Iterable[str], figure: str) -> None:
    """Raise `ParameterError` naming the columns that the table of a figure lacks."""
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        hint = did_you_mean(missing[0], [str(name) for name in frame.columns])
        raise ParameterError(f'Figure "{figure}": the table has no column {", ".join(missing)}.{hint}')


def numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column as floats, missing where it is absent or missing; infinities count as missing."""
    if name not in frame.columns:
        return pd.Series(float("nan"), index=frame.index, dtype="float64")
    values = pd.to_numeric(frame[name], errors="coerce").astype("float64")
    return values.where(values.abs() != float("inf"))


def flags(frame: pd.DataFrame, name: str, default: bool) -> pd.Series:
    """A column of yes and no, ``default`` where it is absent or missing."""
    if name not in frame.columns:
        return pd.Series(default, index=frame.index, dtype=bool)
    return frame[name].map(lambda value: default if pd.isna(value) else bool(value)).astype(bool)


def labels(frame: pd.DataFrame, name: str, words: Words) -> pd.Series:
    """A column of groups as text; what is missing is called unassigned."""
    return frame[name].astype(object).where(frame[name].notna(), words.say("unassigned")).astype(str)


def value_name(value: object, words: Words) -> str:
    """A channel, a category, ... as the company calls it; what it does not know is said in the reader's words."""
    return words.say("unassigned") if value == "unassigned" else str(value)


def refuse_twice(keys: pd.Series, figure: str) -> None:
    """Raise `ParameterError` when a group has more than one row."""
    twice = keys[keys.duplicated()]
    if len(twice):
        raise ParameterError(f'Figure "{figure}": "{twice.iloc[0]}" stands twice; give one row a group.')


def ordered(values: Iterable, names: Mapping[str, str]) -> dict[str, str]:
    """Group -> its name for the reader: those of ``names`` in its order, then those that it lacks, as they come.

    >>> ordered(["b", "x", "a"], {"a": "Alpha", "b": "Beta", "c": "Gamma"})
    {'a': 'Alpha', 'b': 'Beta', 'x': 'x'}
    """
    found = dict.fromkeys(str(value) for value in values)
    return {key: name for key, name in names.items() if key in found} | {key: key for key in found if key not in names}


def untaken(title: str, taken: Iterable[str]) -> str:
    """A title that no other column has: two columns may carry one title, a frame needs them apart.

    >>> untaken("New", ["New", "Lost"])
    'New '
    """
    while title in taken:
        title += " "
    return title
