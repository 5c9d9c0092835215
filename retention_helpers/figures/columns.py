"""Is the table what the figure needs? Said in one sentence before anything is drawn."""

from collections.abc import Iterable

import pandas as pd

from retention_helpers.errors import ParameterError, did_you_mean


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
