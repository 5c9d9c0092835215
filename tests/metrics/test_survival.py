"""Kaplan-Meier against scipy."""

import warnings

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_helpers.metrics.survival import kaplan_meier


def waits(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["days", "events", "censored"])


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=15))
def test_kaplan_meier_equals_scipy_with_its_interval(rows: list[tuple[int, int, int]]) -> None:
    histogram = waits(*rows)
    uncensored, censored = (np.repeat(histogram["days"], histogram[name]) for name in ("events", "censored"))
    if not (len(uncensored) and len(censored)):
        return  # scipy wants some of both
    curve = kaplan_meier(histogram)
    data = stats.CensoredData(uncensored=uncensored.to_numpy(float), right=censored.to_numpy(float))
    scipy = stats.ecdf(data).sf
    np.testing.assert_allclose(curve["survival"], scipy.evaluate(curve["days"].to_numpy()), atol=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns that the interval is undefined once survival is 0
        band = scipy.confidence_interval(method="log-log")
    inside = curve[curve["survival"].between(0, 1, inclusive="neither")]
    for name, edge in (("survival_low", band.low), ("survival_high", band.high)):
        np.testing.assert_allclose(inside[name], edge.evaluate(inside["days"].to_numpy()), atol=1e-9)


def test_leaving_out_the_censored_would_make_the_curve_fall_too_fast() -> None:
    assert kaplan_meier(waits((10, 5, 0), (20, 0, 5)))["survival"].iloc[-1] == 0.5
