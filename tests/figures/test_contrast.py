"""Every figure as it is drawn, light and dark: each text can be read and each line seen on what lies under it."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.text import Text

from retention_helpers.figures import figure
from retention_helpers.params import look
from retention_helpers.params.look import Look
from tests.figures.drawings import DRAWN
from tests.figures.samples import speak

pytestmark = pytest.mark.slow  # left to `make test`: every figure is drawn twice more

# What only helps the eye along: the reader loses nothing without it.
QUIET = ("grid", "axis", "bg", "context-pale")
MODES = {"light": 0, "dark": 1}


@pytest.fixture(params=MODES)
def mode(request, monkeypatch) -> int:
    """Draw with the colours of one mode, as a browser does by its variables."""
    place = MODES[request.param]
    monkeypatch.setattr(Look, "light", lambda self, token: self.tokens[token][place])
    return place


@pytest.fixture
def sheets(monkeypatch):
    seen = []
    monkeypatch.setattr(figure, "to_svg", lambda canvas, *_: seen.append(canvas) or "")
    monkeypatch.setattr(figure, "to_png", lambda canvas: b"")
    return seen


def _brightness(colors: np.ndarray) -> np.ndarray:
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _contrast(color: object, under: np.ndarray) -> np.ndarray:
    one, others = _brightness(np.asarray(to_rgb(color))), _brightness(under)
    return (np.maximum(one, others) + 0.05) / (np.minimum(one, others) + 0.05)


def _without(canvas, kinds: tuple) -> np.ndarray:
    """The sheet's pixels when the artists of these kinds are taken away; the paper around a line stays."""
    paper = to_rgb(canvas.sheet.get_facecolor())
    hidden = [artist for artist in canvas.sheet.artists if isinstance(artist, kinds)]
    hidden = [artist for artist in hidden if not isinstance(artist, Line2D) or to_rgb(artist.get_color()) != paper]
    for artist in hidden:
        artist.set_visible(False)
    drawn = FigureCanvasAgg(canvas.sheet)
    drawn.draw()
    for artist in hidden:
        artist.set_visible(True)
    return np.asarray(drawn.buffer_rgba())[:, :, :3] / 255


def _under(pixels: np.ndarray, box) -> np.ndarray:
    height, width, _ = pixels.shape
    rows = slice(max(int(height - box.y1), 0), min(int(height - box.y0) + 1, height))
    return pixels[rows, max(int(box.x0), 0) : min(int(box.x1) + 1, width)].reshape(-1, 3)


@pytest.mark.parametrize("name", DRAWN)
def test_each_text_can_be_read_on_what_it_stands_on(sheets, mode, name):
    DRAWN[name](speak("ru", "UAH"))
    for canvas in sheets:
        pixels = _without(canvas, (Text,))
        renderer = FigureCanvasAgg(canvas.sheet).get_renderer()
        for artist in canvas.sheet.artists:
            if isinstance(artist, Text) and artist.get_text().strip():
                ratios = _contrast(artist.get_color(), _under(pixels, artist.get_window_extent(renderer)))
                # A hairline may run behind a text; nothing more.
                assert np.mean(ratios >= 4.5) >= 0.9, (canvas.width, artist.get_text(), ratios.min())


@pytest.mark.parametrize("name", DRAWN)
def test_each_line_and_point_can_be_seen_where_it_runs(sheets, mode, name):
    quiet = [to_rgb(look().tokens[token][mode]) for token in QUIET]
    DRAWN[name](speak("en"))
    for canvas in sheets:
        pixels = _without(canvas, (Line2D, Text, Circle, Collection))
        for artist in canvas.sheet.artists:
            if isinstance(artist, Line2D) and to_rgb(artist.get_color()) not in quiet:
                ratios = _contrast(artist.get_color(), _along(pixels, artist))
                assert np.mean(ratios >= 3) >= 0.9, (canvas.width, artist.get_color(), np.median(ratios))
            elif isinstance(artist, Circle):
                shown = artist.get_edgecolor() if to_rgb(artist.get_facecolor()) in quiet else artist.get_facecolor()
                x, y = (int(place) for place in artist.center)
                assert (_contrast(shown, pixels[min(y, len(pixels) - 1), x][None]) >= 3).all(), (canvas.width, name)


def _along(pixels: np.ndarray, line: Line2D) -> np.ndarray:
    """The pixels under a line, one each two px."""
    x, y = (np.asarray(values, dtype=float) for values in (line.get_xdata(), line.get_ydata()))
    way = np.r_[0, np.cumsum(np.hypot(np.diff(x), np.diff(y)))]
    steps = np.arange(0, way[-1] + 1, 2.0)
    columns, rows = (np.interp(steps, way, values).round().astype(int) for values in (x, y))
    return pixels[rows.clip(0, pixels.shape[0] - 1), columns.clip(0, pixels.shape[1] - 1)]
