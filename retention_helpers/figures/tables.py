"""A table as a result in its own right: words left, numbers right, every cell formatted for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from retention_helpers.errors import PeriodError
from retention_helpers.periods import Period
from retention_helpers.words import MISSING, Words

from .columns import require, untaken
from .figure import MIME, table_data
from .finding import Finding
from .markup import clean, element, scrolling
from .unit import Unit, is_missing, write


@dataclass(frozen=True)
class Column:
    """A column's title in the reader's language, its unit (told from the data when None) and decimal places.

    wraps: its texts are sentences, which go on in a next line.
    """

    title: str
    unit: Unit | None = None
    digits: int | None = None
    wraps: bool = False


@dataclass(frozen=True)
class TableOptions:
    """columns: which to show, in this order, and how; all when empty. max_rows: at most so many rows on the page."""

    columns: Mapping[str, Column] = field(default_factory=dict)
    max_rows: int | None = None


@dataclass(frozen=True, eq=False)
class ReadableTable:
    """A table on the page; it has the parts of a figure, but no picture."""

    finding: Finding
    caption: str
    table: pd.DataFrame
    is_number: tuple[bool, ...]
    nothing: str
    wraps: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return self.finding.name

    @property
    def headline(self) -> str:
        return self.finding.headline

    @property
    def sentence(self) -> str:
        return self.finding.sentence

    def html(self) -> str:
        """The table in a scroll box of its own; all text escaped."""
        finding = self.finding
        body = scrolling(self._markup(), finding.headline) if len(self.table) else element("p", self.nothing, "nodata")
        return (
            f'<figure class="fig" id="fig-{finding.name}">{element("h3", finding.headline)}'
            f"{element('p', finding.sentence, 'lead')}{element('p', finding.subtitle, 'sub')}"
            f"{body}{element('figcaption', self.caption)}</figure>"
        )

    def data(self) -> dict[str, object]:
        """What index and mail read: a figure's part without a picture."""
        finding = self.finding
        return {
            "kind": "figure",
            "name": finding.name,
            "headline": clean(finding.headline),
            "sentence": clean(finding.sentence),
            "subtitle": clean(finding.subtitle),
            "alt": clean(finding.alt),
            "caption": clean(self.caption),
            "png": None,
            "table": table_data(self.table),
        }

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        lines = [clean(part) for part in (self.finding.headline, self.finding.sentence) if part]
        if len(self.table):
            lines.append(self.table.to_string(index=False))
        return {"text/html": self.html(), "text/plain": "\n".join(lines), MIME: self.data()}

    def _markup(self) -> str:
        """great_tables' table without its style sheet, whose bare ``tr`` and ``td`` rules would reach every table."""
        from great_tables import GT  # here, because it takes most of a second to load

        plain = {
            f"c{index}": [clean(cell) for cell in self.table[name]] for index, name in enumerate(self.table.columns)
        }
        titles = {f"c{index}": clean(name) for index, name in enumerate(self.table.columns)}
        right = [f"c{index}" for index, is_number in enumerate(self.is_number) if is_number]
        left = [name for name in plain if name not in right]
        built = GT(pd.DataFrame(plain, dtype="object"), id=f"table-{self.finding.name}").cols_label(titles)
        built = built.cols_align("left", columns=left).cols_align("right", columns=right)
        html = built.as_raw_html()
        table = html[html.index("<table") : html.rindex("</table>") + len("</table>")]
        table = table.replace('class="gt_table"', 'class="gt_table readable"', 1)
        for index in self.wraps:
            cell = f'<td headers="table-{self.finding.name}-c{index}" class="gt_row'
            table = table.replace(cell, f"{cell} prose")
        return table


def readable_table(
    frame: pd.DataFrame, finding: Finding, words: Words, *, options: TableOptions | None = None
) -> ReadableTable:
    """The rows of a table, formatted: what a list says better than a chart.

    Units that are not given are told from the column: names ending in ``_rate`` or ``_share`` are percentages, whole
    numbers integers, ``YYYY-MM`` months, yes and no words, all else text. Missing values print "–". Rows beyond
    ``max_rows`` are counted in the caption.

    Raises `ParameterError` for a column that the table lacks.
    """
    options = options or TableOptions()
    require(frame, options.columns, finding.name)
    columns = options.columns or {str(name): Column(str(name)) for name in frame.columns}
    shown = frame.head(options.max_rows) if options.max_rows is not None else frame
    texts, is_number = {}, []
    for name, column in columns.items():
        unit = column.unit or _unit(str(name), frame[name])
        texts[untaken(column.title, texts)] = [_cell(value, unit, column.digits, words) for value in shown[name]]
        is_number.append(unit != "text")
    notes = []
    if len(frame) > len(shown):
        notes.append(
            words.say("{shown} of {all} rows.", shown=words.integer(len(shown)), all=words.integer(len(frame)))
        )
    if finding.source:
        notes.append(words.say("Source: {source}.", source=finding.source.rstrip(".")))
    return ReadableTable(
        finding=finding,
        caption=finding.noting(*notes).caption,
        table=pd.DataFrame(texts, dtype="object"),
        is_number=tuple(is_number),
        nothing=words.say("No data: the table has no rows."),
        wraps=tuple(index for index, column in enumerate(columns.values()) if column.wraps),
    )


def _unit(name: str, values: pd.Series) -> Unit:
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return "text"
    if name.endswith(("_rate", "_share")):
        return "percent"
    known = values.dropna()
    # Whole numbers with a gap among them arrive as floats.
    return "integer" if len(known) and (known % 1 == 0).all() else "number"


def _cell(value: object, unit: Unit, digits: int | None, words: Words) -> str:
    if is_missing(value):
        return MISSING
    if unit != "text":
        return write(value, unit, words, digits)
    if str(value) in ("True", "False"):
        return words.say("yes") if str(value) == "True" else words.say("no")
    try:
        return words.month_title(Period.parse(str(value)).label)
    except PeriodError:
        return str(value)
