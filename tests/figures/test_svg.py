"""The inline drawings: what they may hold, and that two of them can stand on one page."""

import re
from xml.etree import ElementTree

import pytest

from retention_helpers.figures.canvas import Box, Canvas
from retention_helpers.figures.svg import to_svg
from retention_helpers.figures.theme import applied, light, variables
from retention_helpers.params import look
from tests.figures.drawings import DRAWN


@pytest.fixture
def drawings(russian):
    return russian


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize(("layout", "width"), [("wide", 760), ("narrow", 358)])
def test_a_drawing_is_text_and_shapes_in_token_colours(drawings, name, layout, width):
    svg = getattr(drawings[name], f"{layout}_svg")
    root = ElementTree.fromstring(svg)
    tags = {element.tag.rsplit("}")[-1] for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "path", "circle", "text", "defs", "use", "clipPath", "rect"}
    assert root.get("viewBox").split()[:3] == ["0", "0", str(width)]
    assert root.get("class") == f"chart {layout}"
    assert root.get("role") == "img"
    assert f"max-width:{width}px" in root.get("style")
    styles = [element.get("style", "") for element in root.iter()]
    assert not [style for style in styles if "#" in style or ("font-family" in style and "var(--font)" not in style)]
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", svg)) - {"font"}
    assert used <= set(look().tokens)
    assert "nan" not in svg.lower()


@pytest.mark.parametrize("name", DRAWN)
def test_numbers_have_two_decimals_at_most(drawings, name):
    for element in ElementTree.fromstring(drawings[name].wide_svg).iter():
        for attribute in ("d", "x", "y", "transform", "style"):
            assert not re.search(r"\d\.\d{3}", element.get(attribute, ""))


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_says_what_it_shows(drawings, name):
    figure = drawings[name]
    for layout in ("wide", "narrow"):
        root = ElementTree.fromstring(getattr(figure, f"{layout}_svg"))
        named = {element.get("id"): element.text for element in root.iter() if element.get("id")}
        title, description = root.get("aria-labelledby").split()
        assert (named[title], named[description]) == (figure.headline, figure.alt)


def test_ids_of_a_page_are_unique(drawings):
    page = "".join(drawings[name].html() for name in DRAWN)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert ids
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_small(drawings, name):
    assert len(drawings[name].wide_svg) < (60_000 if name == "grid" else 16_000)


def test_what_all_cells_of_a_grid_share_is_said_once_and_cells_without_a_value_are_not_there(drawings):
    root = ElementTree.fromstring(drawings["grid"].wide_svg)
    (grid,) = [group for group in root.iterfind("{*}g") if "stroke:var(--bg)" in group.get("style", "")]
    styles = [path.get("style") for path in grid]
    assert len(styles) == 12 * 13 / 2
    assert all(re.fullmatch(r"fill:var\(--step-\d\)", style) for style in styles)
    assert len(set(styles)) > 1


def test_paths_in_groups_of_their_own_keep_their_styles():
    with applied():
        canvas = Canvas(200, 100)
        axes = canvas.axes(Box(20, 20, 150, 60))
        for height in (1, 2, 3):
            axes.plot([0, 1], [height, height], color=light("accent"))
        svg = to_svg(canvas, "few-wide", "t", "d")
    assert svg.count("stroke:var(--accent)") == 3


def test_all_light_colours_differ_so_that_a_drawing_can_be_recoloured():
    assert len(variables()) == len(look().tokens)


def test_shared_shapes_of_two_drawings_do_not_meet_on_one_page():
    with applied():
        pair = []
        for key in ("one-wide", "two-wide"):
            canvas = Canvas(200, 100)
            canvas.axes(Box(20, 20, 150, 60)).plot([0, 1, 2], [1, 3, 2], "o-", color=light("accent"))
            pair.append(to_svg(canvas, key, "t", "d"))
    for svg, key in zip(pair, ("one-wide", "two-wide"), strict=True):
        ids = re.findall(r'\bid="([^"]+)"', svg)
        used = re.findall(r'(?:href="#|url\(#)([^")]+)', svg)
        assert set(used) <= set(ids)
        assert used
        assert all(name.startswith(f"{key}-") for name in ids)
        ElementTree.fromstring(svg)
