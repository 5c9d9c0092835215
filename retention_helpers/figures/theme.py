"""The one theme under every drawing: colours from params/look.yaml, type, and matplotlib's settings.

A drawing is measured in CSS pixels: at 72 dots an inch one point is one pixel is one unit of the SVG. Nothing global
changes: drawings are made inside `applied()`.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import matplotlib as mpl
from matplotlib import font_manager

from retention_helpers.params import FAMILY, faces, look

DPI = 72
WIDE = 760
NARROW = 358
PHONE = 440  # the PNG for mails: the narrow layout, drawn a little wider
NARROW_BELOW = 460
STEPS = 7

# As on the page, where it is embedded: what is measured here fits there. DejaVu, which comes with matplotlib, has the
# letters of names in other scripts.
FAMILIES = [FAMILY, "DejaVu Sans"]
SEMIBOLD = 600


def light(token: str) -> str:
    """The colour of a token on paper; the page swaps it for the token's variable."""
    return look().light(token)


def variables() -> dict[str, str]:
    """Light hex (lower case) -> CSS variable, for all tokens."""
    return {pair[0].lower(): f"var(--{token})" for token, pair in look().tokens.items()}


def steps() -> list[str]:
    """The sequential colours, pale to strong."""
    return [light(f"step-{index}") for index in range(STEPS)]


def is_narrow(width: float) -> bool:
    return width < NARROW_BELOW


@cache
def load_faces() -> None:
    """Make matplotlib know our typeface, and take DejaVu's bold where a letter is not in our semibold."""
    known = font_manager.fontManager
    for path in faces().values():
        known.addfont(path)
    known.ttflist += [
        replace(face, weight=SEMIBOLD)
        for face in known.ttflist
        if (face.name, face.weight, face.style) == (FAMILIES[-1], 700, "normal")
    ]


def settings() -> dict[str, object]:
    """matplotlib's settings: quiet axes, real text in SVG, no dollar-sign mathematics, ids that never change."""
    return {
        "figure.dpi": DPI,
        "figure.facecolor": light("bg"),
        "font.family": FAMILIES,
        "font.size": 12,
        "text.color": light("ink"),
        "text.parse_math": False,
        "text.usetex": False,
        "axes.facecolor": "none",
        "axes.edgecolor": light("axis"),
        "axes.labelcolor": light("muted"),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.grid": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "grid.color": light("grid"),
        "xtick.color": light("axis"),
        "xtick.labelcolor": light("muted"),
        "ytick.color": light("axis"),
        "ytick.labelcolor": light("muted"),
        "ytick.major.size": 0,
        "lines.linewidth": 2.25,
        "lines.solid_capstyle": "round",
        "path.simplify": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "retention",
    }


@contextmanager
def applied() -> Iterator[None]:
    """Draw under the theme, whatever the notebook has set, and leave its settings as they were."""
    load_faces()
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(settings())
        # A name may hold any script; the page's fonts draw it, only the PNG shows a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        yield
