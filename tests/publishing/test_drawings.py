"""Drawings of executed notebooks for the front page."""

import re

from nbformat import v4

from retention_helpers.publishing.drawings import choose, drawings_of
from retention_helpers.publishing.notebook import MIME
from retention_helpers.publishing.sanitizer import sanitize

FIGURE = (
    '<figure class="fig" id="fig-line"><h3>It rose</h3>'
    '<svg class="chart wide" viewBox="0 0 760 9"><path d="M0 0H760"/></svg>'
    '<svg class="chart narrow" role="img" aria-labelledby="line-narrow-title line-narrow-desc" viewBox="0 0 358 9">'
    '<title id="line-narrow-title">It rose: line-narrow-title</title><desc id="line-narrow-desc">By 2 pp.</desc>'
    '<defs><clipPath id="line-narrow-p1"><rect width="9" height="9"/></clipPath></defs>'
    '<g clip-path="url(#line-narrow-p1)"><path d="M0 0H9" style="stroke:var(--accent)"/></g>'
    '<use href="#line-narrow-p1"/></svg></figure>'
)


def shown(html: str, **part: object) -> object:
    body = {"text/html": html, MIME: {"kind": "figure", "name": "line"} | part}
    return v4.new_code_cell("report.show()", outputs=[v4.new_output("display_data", body)])


def drawings(*cells: object) -> dict[str, str]:
    return drawings_of(v4.new_notebook(cells=list(cells)), "summary")


def test_the_phone_drawing_is_taken_as_it_stands_on_its_page_and_shown_at_every_width() -> None:
    (drawing,) = drawings(shown(FIGURE)).values()
    assert drawing.startswith('<svg class="chart" role="img"')
    assert 'viewBox="0 0 358 9"' in drawing
    assert "stroke:var(--accent)" in drawing
    assert drawing.endswith("</svg>")


def test_ids_carry_the_notebooks_name_wherever_they_are_used_and_texts_do_not() -> None:
    (drawing,) = drawings(shown(FIGURE)).values()
    ids = set(re.findall(r'\bid="([^"]+)"', drawing))
    assert ids == {"summary-line-narrow-title", "summary-line-narrow-desc", "summary-line-narrow-p1"}
    assert 'aria-labelledby="summary-line-narrow-title summary-line-narrow-desc"' in drawing
    assert {*re.findall(r"url\(#([^)]+)\)", drawing), *re.findall(r'href="#([^"]+)"', drawing)} <= ids
    assert ">It rose: line-narrow-title<" in drawing


def test_what_has_no_drawing_is_passed_over() -> None:
    table = shown('<figure class="fig" id="fig-t"><table></table></figure>', name="t")
    record = shown(FIGURE, kind="record", name="r")
    assert list(drawings(table, record, v4.new_markdown_cell(FIGURE), shown(FIGURE))) == ["line"]


def test_a_drawing_is_as_clean_as_the_page() -> None:
    hostile = FIGURE.replace("<defs>", "<script>x()</script><defs>").replace("<g ", '<g onclick="x()" ')
    (drawing,) = drawings(shown(hostile)).values()
    assert "x()" not in drawing
    assert sanitize(drawing) == drawing


DRAWN = {"a": {"big": "x" * 500, "small": "x" * 100}, "b": {"one": "x" * 200}}
WANTED = {"a": ["table", "big", "small"], "b": ["one"]}


def test_the_first_one_wanted_is_chosen_where_there_is_room() -> None:
    assert choose(WANTED, DRAWN, 10_000) == {"a": "big", "b": "one"}


def test_the_heaviest_gives_way_to_a_lighter_one_of_its_notebook_then_to_none() -> None:
    both = 100 + 200 + 2 * 300
    assert choose(WANTED, DRAWN, both) == {"a": "small", "b": "one"}
    assert choose(WANTED, DRAWN, both - 1) == {"a": "small"}
    assert choose(WANTED, DRAWN, 0) == {}


def test_a_notebook_without_a_drawing_gets_none() -> None:
    assert choose({"a": ["table"], "b": []}, DRAWN, 10_000) == {}
