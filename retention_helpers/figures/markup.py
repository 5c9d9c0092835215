"""Text on its way into HTML: cleaned of what no page may hold, then escaped."""

import html
import re

import pandas as pd

# Control characters are not allowed in XML at all; bidirectional overrides could turn a label around.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\r\n\u2028\u2029]+")


def clean(text: object) -> str:
    """One line of text without control characters, not yet escaped.

    >>> clean("a" + chr(0) + "b" + chr(10) + "c")
    'ab c'
    """
    return _FORBIDDEN.sub("", _BREAKS.sub(" ", str(text)))


def escape(text: object) -> str:
    """Text for an element or a quoted attribute.

    >>> escape('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return html.escape(clean(text), quote=True)


def element(tag: str, text: str, css_class: str = "") -> str:
    """One element around escaped text; nothing when there is no text.

    >>> element("p", "5 < 6", "lead")
    '<p class="lead">5 &lt; 6</p>'
    """
    if not text:
        return ""
    attribute = f' class="{css_class}"' if css_class else ""
    return f"<{tag}{attribute}>{escape(text)}</{tag}>"


def scrolling(inner: str, label: str) -> str:
    """A box that scrolls sideways by itself and can be reached by keyboard."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">{inner}</div>'


def data_table(table: pd.DataFrame, label: str) -> str:
    """The plain table behind a figure: the first column names the row, every cell is escaped text."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "".join(_row(values) for values in table.itertuples(index=False, name=None))
    return scrolling(
        f'<table class="data"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
        label,
    )


def _row(values: tuple) -> str:
    first, *rest = values
    cells = "".join(f"<td>{escape(value)}</td>" for value in rest)
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
