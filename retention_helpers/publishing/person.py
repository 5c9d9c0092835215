"""A person to take out of what was published, and where in a text the person is meant.

An id of a few characters is looked for where ids stand (in columns of customers, in cells of text) and nowhere else: in
running text it cannot be told from a number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape, unescape

# An id this long does not stand in a text by chance: numbers there have marks between their thousands.
_LONG_NUMBER, _LONG_NAME = 5, 6
_NUMBER = re.compile(r"[+-]?[0-9.,]+")
# Numbers are set right in the tables of a page, texts left.
_TEXT_CELL = re.compile(r"(<t[dh]\b(?![^>]*\bgt_right\b)[^>]*>)([^<]*)(</t[dh]>)")
_PLACE = re.compile(r'headers="[^"]*-c(\d+)"')
# In the tables of a page a cell names its column, and the column its title.
_TITLE = re.compile(r'<th\b[^>]*\bid="([^"]+)"[^>]*>([^<]*)</th>')
_CELL_OF = re.compile(r'<td\b[^>]*\bheaders="([^"]+)"[^>]*>([^<]*)</td>')
GONE = "…"


@dataclass(frozen=True)
class Person:
    """Whom to take out: each id with its pseudonym, addresses in small letters; the columns that name customers.

    ``columns`` are names of columns in tables and lists, and titles of columns on pages.
    """

    names: Mapping[str, str]
    addresses: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset({"customer_id"})

    def renamed(self, cell: str) -> str:
        """What stands instead in a cell that names a customer: the pseudonym, nothing for an address, else the same."""
        plain = cell.strip().removeprefix("'")  # set before what a spreadsheet would run
        return "" if plain.casefold() in self.addresses else self.names.get(plain, cell)

    def without(self, text: str) -> str:
        """A text with the person's words replaced."""
        if self._words is None:
            return text
        return self._words.sub(lambda found: self.names.get(unescape(found[0]), GONE), text)

    def free(self, cell: str) -> str:
        """A cell of a column that does not name customers: a number is a number there."""
        if cell.casefold() in self.addresses:
            return ""
        return cell if _NUMBER.fullmatch(cell) else self.without(cell)

    def cells(self, html: str) -> tuple[str, set[int]]:
        """A page with the person's cells of text renamed; and the columns, by their place, in which some were."""
        places: set[int] = set()

        def renamed(cell: re.Match[str]) -> str:
            new = self.renamed(cell[2])
            if new == cell[2]:
                return cell[0]
            places.update(int(place) for place in _PLACE.findall(cell[1]))
            return f"{cell[1]}{escape(new)}{cell[3]}"

        return _TEXT_CELL.sub(renamed, html), places

    def stands_in(self, html: str) -> bool:
        """Whether a column of customers on a page, told by its title, names the person."""
        theirs = {column for column, title in _TITLE.findall(html) if unescape(title) in self.columns}
        cells = (unescape(cell) for column, cell in _CELL_OF.findall(html) if column in theirs)
        return any(self.renamed(cell) != cell for cell in cells)

    def page(self, html: str) -> str:
        return self.without(self.cells(html)[0])

    def is_in(self, text: str) -> bool:
        """Whether a page or a letter names the person: in a cell, on a line of its own, or by a word that is sure."""
        return self.page(text) != text or any(self.renamed(line) != line for line in text.splitlines())

    def may_be_in(self, text: str) -> bool:
        """Whether an id or an address stands anywhere in a text, though it be a part of another word."""
        return any(one in text for one in self.names) or any(one in text.casefold() for one in self.addresses)

    @cached_property
    def _words(self) -> re.Pattern[str] | None:
        """What is the person's wherever it stands."""
        sure = [one for one in self.names if len(one) >= (_LONG_NUMBER if one.isdigit() else _LONG_NAME)]
        forms = [_forms(sure), f"(?i:{_forms(self.addresses)})" if self.addresses else ""]
        if not any(forms):
            return None
        return re.compile(rf"(?<![\w.,+/=-])(?:{'|'.join(filter(None, forms))})(?![\w+/=-]|[.,]\d)")


def _forms(words: "frozenset[str] | list[str]") -> str:
    """Each word as it is and as a page writes it; the longest first."""
    forms = {form for word in words for form in (word, escape(word), escape(word, quote=False))}
    return "|".join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form))))
