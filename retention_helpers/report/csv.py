"""Tables as CSV: exact, the same bytes for the same numbers, and no formula for a spreadsheet to run."""

from pathlib import Path

import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as UTF-8 CSV; texts that a spreadsheet would run as a formula get an apostrophe in front."""
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]) and not pd.api.types.is_bool_dtype(safe[column]):
            safe[column] = safe[column].map(_neutral, na_action="ignore")
    safe = safe.rename(columns=_neutral)
    path.parent.mkdir(parents=True, exist_ok=True)
    safe.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _neutral(value: object) -> object:
    """The value, or the text made harmless.

    >>> _neutral("=1+1"), _neutral("web")
    ("'=1+1", 'web')
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
