"""Every figure, whatever it draws: its words, its parts, its safety, its bytes."""

import base64
import io
import json
from html.parser import HTMLParser

import pandas as pd
import pytest
from PIL import Image

from retention_helpers.errors import ParameterError
from retention_helpers.figures import (
    MIME,
    BarOptions,
    CurveOptions,
    Finding,
    LineOptions,
    cohort_grid,
    ranked_bars,
    readable_table,
    retention_lines,
    survival_curve,
    waterfall,
)
from tests.figures.drawings import ALL, DRAWN
from tests.figures.samples import EVIL, NEW, QUOTES, cohorts, finding, groups, monthly, speak, survival


class _Tags(HTMLParser):
    """What a browser would make of the markup: its elements, attributes and balance."""

    VOID = ("br", "img", "input", "meta")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.slow
@pytest.mark.usefixtures("without_picture")
@pytest.mark.parametrize("draw", ALL.values(), ids=ALL)
@pytest.mark.parametrize("text", [EVIL, QUOTES], ids=["script", "quotes"])
def test_markup_in_names_cells_and_headers_stays_text(draw, text):
    bundle = draw(speak(), text)._repr_mimebundle_()
    tags = _Tags(bundle["text/html"])
    assert not tags.open
    assert not {"script", "img", "image", "style", "foreignobject", "a"} & set(tags.names)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert EVIL not in bundle["text/html"]
    assert "\x00" not in json.dumps(bundle[MIME], ensure_ascii=False)


@pytest.mark.usefixtures("without_picture")
def test_a_hex_in_a_name_is_not_taken_for_a_colour():
    figure = ALL["bars"](speak(), QUOTES)
    assert "#0B6A99" in figure.wide_svg
    assert "$5" in figure.narrow_svg


@pytest.mark.parametrize("name", ALL)
def test_the_part_for_mail_and_index_carries_what_the_contract_names(english, name):
    part = json.loads(json.dumps(english[name]._repr_mimebundle_()[MIME]))
    assert set(part) == {"kind", "name", "headline", "sentence", "subtitle", "alt", "caption", "png", "table"}
    assert part["kind"] == "figure"
    assert part["alt"] == part["sentence"]
    assert all(isinstance(cell, str) for row in part["table"]["rows"] for cell in row)
    assert {len(row) for row in part["table"]["rows"]} == {len(part["table"]["columns"])}


@pytest.mark.parametrize("name", DRAWN)
def test_the_picture_for_mails_is_a_phone_wide_png_of_64_colours(english, name):
    figure = english[name]
    assert base64.b64decode(figure.data()["png"]) == figure.png
    picture = Image.open(io.BytesIO(figure.png))
    assert picture.width == 1144
    assert len(picture.getcolors()) <= 64
    assert (255, 255, 255) in [color for _, color in picture.convert("RGB").getcolors()]
    assert len(figure.png) < 100_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_the_same_table_gives_the_same_bytes(russian, name):
    assert ALL[name](speak("ru", "UAH"))._repr_mimebundle_() == russian[name]._repr_mimebundle_()


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_stands_on_the_page_as_the_contract_says(english, name):
    figure = english[name]
    html = figure.html()
    assert html.startswith(f'<figure class="fig" id="fig-{figure.name}"><h3>')
    for piece in ('<p class="lead">', '<p class="sub">', "<figcaption>", '<table class="data">'):
        assert html.count(piece) == 1
    assert '<div class="scroll" tabindex="0" role="region" aria-label=' in html
    assert html.count('class="chart wide"') == html.count('class="chart narrow"') == 1
    assert "Source: Orders" in figure.caption


def _without_data() -> dict:
    words = speak()
    lines, bars = LineOptions({NEW: "New"}), BarOptions(unit="percent")
    return {
        "lines, no rows": lambda: retention_lines(monthly()[:0], finding(), words, options=lines),
        "lines, all missing": lambda: retention_lines(
            monthly().assign(**{NEW: float("nan")}), finding(), words, options=lines
        ),
        "lines, None": lambda: retention_lines(monthly().assign(**{NEW: None}), finding(), words, options=lines),
        "grid, no rows": lambda: cohort_grid(cohorts()[:0], finding(), words),
        "grid, month 0 only": lambda: cohort_grid(cohorts().query("months_since_first == 0"), finding(), words),
        "grid, all missing": lambda: cohort_grid(cohorts().assign(retention_rate=float("nan")), finding(), words),
        "bars, no rows": lambda: ranked_bars(groups()[:0], finding(), words, options=bars),
        "bars, all missing": lambda: ranked_bars(groups().assign(value=None), finding(), words, options=bars),
        "waterfall, no rows": lambda: waterfall(
            pd.DataFrame({"part": [], "amount": [], "is_total": []}), finding(), words
        ),
        "waterfall, a part missing": lambda: waterfall(
            pd.DataFrame({"part": ["a", "b"], "amount": [1.0, None], "is_total": [True, False]}), finding(), words
        ),
        "curve, no rows": lambda: survival_curve(survival()[:0], finding(), words, options=CurveOptions()),
        "curve, all missing": lambda: survival_curve(survival().assign(survival=float("nan")), finding(), words),
        "table, no rows": lambda: readable_table(groups()[:0], finding(), words),
    }


@pytest.mark.parametrize("case", _without_data())
def test_without_data_a_sentence_stands_where_the_picture_would(case):
    html = _without_data()[case]()._repr_mimebundle_()["text/html"]
    assert "No data: " in html
    assert "nan" not in html.lower().replace("finance", "")


@pytest.mark.parametrize("name", ["", "Retention", "a b", '"><x', "1st", "ä"])
def test_a_name_that_cannot_be_an_anchor_is_refused(name):
    with pytest.raises(ParameterError, match="cannot name a figure"):
        Finding(name, "h", "s")


def test_a_missing_column_is_named_with_the_nearest_one():
    frame = monthly().rename(columns={NEW: "new_retention_rates"})
    with pytest.raises(ParameterError, match='Did you mean "new_retention_rates"'):
        retention_lines(frame, finding(), speak(), options=LineOptions({NEW: "New"}))


def test_the_table_of_a_figure_is_not_changed_by_drawing_it():
    frame = monthly()
    before = frame.copy(deep=True)
    retention_lines(frame, finding(), speak(), options=LineOptions({NEW: "New"}))
    pd.testing.assert_frame_equal(frame, before)
