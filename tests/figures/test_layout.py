"""Nothing runs off the sheet and no two texts touch, at any width, with the longest labels."""

from itertools import combinations

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Patch
from matplotlib.text import Text

from retention_helpers.figures import LineOptions, figure, retention_lines
from tests.figures.drawings import DRAWN
from tests.figures.samples import EXISTING, NEW, cohorts, finding, marked_monthly, monthly, speak

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute

LONG = "Постоянные покупатели, которые покупали и раньше, а также вернувшиеся после долгого перерыва"


@pytest.fixture
def sheets(monkeypatch):
    """Every canvas that is drawn while the test runs."""
    seen = []
    monkeypatch.setattr(figure, "to_svg", lambda canvas, *_: seen.append(canvas) or "")
    monkeypatch.setattr(figure, "to_png", lambda canvas: seen.append(canvas) or b"")
    return seen


def _boxes(canvas, kind):
    """Left, top, right, bottom of each artist of a kind, in pixels from the top left."""
    renderer = FigureCanvasAgg(canvas.sheet).get_renderer()
    for artist in canvas.sheet.artists:
        if isinstance(artist, kind):
            if kind is Text and not artist.get_text():
                continue
            box = artist.get_window_extent(renderer)
            yield artist, (box.x0, canvas.height - box.y1, box.x1, canvas.height - box.y0)


def _check(canvas):
    texts = list(_boxes(canvas, Text))
    for artist, (left, top, right, bottom) in texts + list(_boxes(canvas, Patch)):
        # A line is drawn half its width outside its path.
        assert left > -2, artist
        assert right < canvas.width + 2, artist
        assert top > -2, artist
        assert bottom < canvas.height + 2, artist
    for (one, a), (other, b) in combinations(texts, 2):
        apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 3 or b[3] <= a[1] + 3
        assert apart, (canvas.width, one.get_text(), other.get_text())


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize(
    ("locale", "text"),
    [
        pytest.param("en", None, id="en-usual"),
        pytest.param("ru", LONG, id="ru-long"),
        pytest.param("en", LONG, id="en-long", marks=pytest.mark.slow),
        pytest.param("ru", None, id="ru-usual", marks=pytest.mark.slow),
        pytest.param("uk", None, id="uk-usual", marks=pytest.mark.slow),
        pytest.param("uk", LONG, id="uk-long", marks=pytest.mark.slow),
    ],
)
def test_texts_stay_on_the_sheet_and_apart(sheets, name, text, locale):
    words = speak(locale, "UAH")
    DRAWN[name](words, text) if text else DRAWN[name](words)
    assert [canvas.width for canvas in sheets] == [760, 358, 440]
    for canvas in sheets:
        _check(canvas)


@pytest.mark.parametrize("count", [1, 2, 7, 13, 24, 60])
def test_lines_of_any_length_fit(sheets, count):
    options = LineOptions({NEW: "Новые клиенты", EXISTING: "Постоянные клиенты"}, months=60)
    retention_lines(monthly(count), finding(), speak("ru"), options=options)
    for canvas in sheets:
        _check(canvas)


@pytest.mark.parametrize("gap", [0.0, 0.004, 0.05])
def test_three_lines_that_nearly_coincide_keep_their_values_apart(sheets, gap):
    frame = monthly(14)
    frame = frame.assign(**{f"s{index}": frame[NEW] + index * gap for index in range(3)})
    options = LineOptions({f"s{index}": f"Customers of the programme {index}" for index in range(3)})
    retention_lines(frame, finding(), speak(), options=options)
    for canvas in sheets:
        _check(canvas)


def test_large_amounts_of_money_fit(sheets):
    frame = pd.DataFrame({"month": marked_monthly()["month"], "revenue": 123_456_789.0})
    options = LineOptions({"revenue": "Выручка"}, unit="money")
    retention_lines(frame, finding(), speak("ru", "UAH"), options=options)
    for canvas in sheets:
        _check(canvas)


@pytest.mark.parametrize("size", [1, 3, 11, pytest.param(12, marks=pytest.mark.slow)])
def test_grids_of_fewer_cohorts_fit(sheets, size):
    from retention_helpers.figures import cohort_grid

    cohort_grid(cohorts(size), finding(), speak("uk"))
    for canvas in sheets:
        _check(canvas)


def test_the_line_chart_uses_the_sheet_to_its_right_edge(sheets):
    DRAWN["lines"](speak())
    for canvas in sheets:
        right = max(box[2] for _, box in _boxes(canvas, Text))
        assert canvas.width - 8 < right
