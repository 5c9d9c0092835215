"""The page of an executed notebook."""

import re
from datetime import date

import pytest
from nbformat import v4

from retention_helpers.params import look
from retention_helpers.publishing.inspection import problems_of
from retention_helpers.publishing.page import Frame, render
from retention_helpers.publishing.style import variables
from retention_helpers.words import Words
from tests.publishing.test_sanitizer import CORPUS
from tests.publishing.tiny import cell, text

FRAME = Frame(Words("en", "EUR"), "Sample <company>", "2026-10", date(2026, 10, 31))
RECORD = {"title": "From the record"}


def shown(source: str, *tags: str, **data: str):
    """A cell that displayed one output; ``html="..."`` stands for text/html and so on."""
    kinds = {"html": "text/html", "plain": "text/plain", "markdown": "text/markdown", "png": "image/png"}
    made = cell(source, *tags)
    made.outputs = [v4.new_output("display_data", {kinds[kind]: value for kind, value in data.items()})]
    return made


def page_of(*cells, frame: Frame = FRAME) -> str:
    return render(v4.new_notebook(cells=list(cells)), frame, RECORD)


def test_a_page_has_language_policy_title_month_and_no_problem():
    page = page_of(text("# Do they *come* back?\n\nFor you."), shown("x", html="<p>1</p>"))
    assert problems_of(page) == []
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "<title>Do they come back?: October 2026</title>" in page
    assert "<h1>Do they come back?</h1>" in page
    assert "October 2026. Data through October 31, 2026." in page
    assert "Sample &lt;company&gt;" in page
    assert "Incomplete" not in page


def test_without_a_title_in_the_text_the_record_gives_it():
    assert "<h1>From the record</h1>" in page_of(text("No heading."))


def test_headings_make_the_contents():
    page = page_of(text("# T"), text("## In short\n\nText."), text("More."), text("## Sure & <b>safe</b>"))
    assert re.findall(r'<li><a href="#(s\d)">(.*?)</a></li>', page) == [
        ("s1", "In short"),
        ("s2", "Sure &amp; &lt;b&gt;safe&lt;/b&gt;"),
    ]
    assert page.count("<section id=") == page.count("</section>") == 2
    assert "¶" not in page


def test_an_incomplete_month_says_so_on_every_page():
    frame = Frame(FRAME.words, "x", "2026-10", date(2026, 10, 9), is_complete=False)
    assert "Incomplete month" in page_of(text("# T"), frame=frame)


@pytest.mark.parametrize("tag", ["parameters", "injected-parameters", "setup", "checks", "record"])
def test_technical_cells_show_only_with_the_code(tag):
    page = page_of(shown("x = 1", tag, plain="done"))
    assert re.search(r'<div class="cell tech"><pre class="code"[^>]*><code>x = 1</code></pre><pre class="out"', page)


def test_results_show_without_their_code():
    page = page_of(shown("report.show(1 < 2)", html="<p>result</p>"))
    assert (
        '<div class="cell"><pre class="code" lang="zxx" tabindex="0"><code>report.show(1 &lt; 2)</code></pre>' in page
    )
    assert "pre.code,.tech{display:none}" in page
    assert "body:has(#showcode:checked) pre.code{display:block" in page


def test_outputs_of_every_kind_are_shown_escaped():
    page = page_of(
        shown("a", plain="<b>&"), shown("b", markdown="**bold**"), shown("c", png="QUJD\n"), shown("d", html="<i>x</i>")
    )
    assert "&lt;b&gt;&amp;</pre>" in page
    assert "<strong>bold</strong>" in page
    assert 'src="data:image/png;base64,QUJD"' in page
    assert "<i>x</i>" in page


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_hostile_is_live_on_a_page(hostile):
    printed = cell("print(x)")
    printed.outputs = [v4.new_output("stream", name="stdout", text=hostile)]
    page = page_of(
        text(f"# T {hostile}\n\n{hostile}"),
        text(f"## S {hostile}\n\n{hostile}"),
        shown(hostile, html=f"<p>{hostile}</p>", plain="x"),
        shown("b", markdown=hostile),
        shown("c", plain=hostile),
        shown("d", png=hostile),
        printed,
    )
    assert [problem for problem in problems_of(page) if "asks for a file (data:image/png" not in problem] == []


def test_one_notebook_gives_the_same_page_twice():
    cells = [
        text("# T\n\n$a$ and [x](cohorts.html)"),
        shown("x", html="<table><tbody><tr><td>1</td></tr></tbody></table>"),
    ]
    assert page_of(*cells) == page_of(*cells)
    assert 'class="scroll"' in page_of(*cells)


def test_dark_mode_has_every_colour_and_print_stays_light():
    css = variables(look())
    light, dark = css.split("\n")
    for name, (day, night) in look().tokens.items():
        assert f"--{name}:{day}" in light
        assert f"--{name}:{night}" in dark
    assert dark.startswith("@media screen and (prefers-color-scheme:dark)")
