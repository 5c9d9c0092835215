"""Colours can be read, in light and dark; the theme touches nothing outside."""

import subprocess
import sys

import matplotlib as mpl
import pytest

from retention_helpers.figures import stylesheet
from retention_helpers.figures.theme import STEPS, applied
from retention_helpers.params import look
from tests.figures.drawings import draw_lines
from tests.figures.samples import speak

PAPER = ("bg", "page")
TEXT = [(ink, paper) for ink in ("ink", "muted", "accent", "warn") for paper in PAPER]
TEXT += [(f"on-{step}", f"step-{step}") for step in range(STEPS)]
GRAPHICS = [(mark, "bg") for mark in ("accent", "context", "warn", "muted")]
GRAPHICS += [("step-6", f"step-{step}") for step in range(4)]  # hatching of pale cells
GRAPHICS += [("hatch", f"step-{step}") for step in range(4, STEPS)]  # and of strong ones


def _light(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str, mode: int) -> float:
    dark, light = sorted(_light(look().tokens[token][mode]) for token in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), TEXT)
def test_text_can_be_read(ink, paper, mode):
    assert _contrast(ink, paper, mode) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "paper"), GRAPHICS)
def test_marks_can_be_seen(mark, paper, mode):
    assert _contrast(mark, paper, mode) >= 3


def test_drawing_leaves_the_notebooks_own_settings_alone():
    before = dict(mpl.rcParams)
    draw_lines(speak())
    assert dict(mpl.rcParams) == before


def test_the_notebooks_own_settings_do_not_reach_a_figure():
    usual = draw_lines(speak())
    with mpl.rc_context({"font.size": 30, "savefig.dpi": 300, "text.usetex": False, "lines.linewidth": 9}):
        changed = draw_lines(speak())
    assert usual._repr_mimebundle_() == changed._repr_mimebundle_()


def test_settings_hold_only_inside_the_theme():
    with applied():
        assert mpl.rcParams["svg.fonttype"] == "none"
    assert mpl.rcParams["svg.hashsalt"] != "retention"


@pytest.mark.slow
def test_importing_the_room_loads_no_seaborn_and_changes_no_setting():
    code = (
        "import matplotlib as m; before = dict(m.rcParams); import retention_helpers.figures, sys; "
        "assert dict(m.rcParams) == before; assert not {'seaborn', 'great_tables'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


def test_the_stylesheet_names_every_token_and_reaches_for_nothing_outside():
    css = stylesheet()
    assert all(css.count(f"--{name}:") == 3 for name in look().tokens)
    assert not {"url(", "@import", "http"} & {piece for piece in ("url(", "@import", "http") if piece in css}
    assert css.count("{") == css.count("}")


def test_names_in_any_script_draw_without_a_warning():
    assert "日本" in draw_lines(speak(), "日本 🙂 עברית").wide_svg
