"""Cents and files: exact amounts as text, and CSV files with the same bytes on every machine."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .calendar import Ints


def decimals(cents: Ints) -> NDArray[np.object_]:
    """Whole cents as text with two decimals; never through a float.

    >>> decimals(np.array([1999, -5, 0])).tolist()
    ['19.99', '-0.05', '0.00']
    """
    values, place = np.unique(np.asarray(cents, dtype=np.int64), return_inverse=True)
    texts = [f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}" for value in values.tolist()]
    return np.array(texts, dtype=object)[place]


def write_csv(path: Path, table: pd.DataFrame, header: str = "") -> None:
    """Write ``table`` as UTF-8 CSV with "\\n" line ends; ``header`` replaces the names, as broken exports do."""
    lines = [header or ",".join(table.columns)]
    lines += map(",".join, zip(*(_texts(table[name]) for name in table.columns), strict=True))
    path.write_bytes(("\n".join(lines) + "\n").encode())


def _texts(column: pd.Series) -> list[str]:
    texts = column.tolist() if pd.api.types.is_string_dtype(column) else column.astype("str").tolist()
    return ['"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text for text in texts]
