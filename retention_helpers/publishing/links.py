"""A page that leaves its month: what it would link to is not where it goes."""

import re
from collections.abc import Container
from functools import partial

_LINK = re.compile(r'(?P<before><a\b[^>]*?) href="(?P<to>[^"#][^"]*)"')


def unlinked(page: str, beside: Container[str] = ()) -> str:
    """The page with the links inside it and to the files ``beside`` it; of any other link only the words stay.

    >>> unlinked('<a href="#s1">1</a> <a href="a.html#x">2</a> <a href="../b.csv">3</a>', ["a.html"])
    '<a href="#s1">1</a> <a href="a.html#x">2</a> <a>3</a>'
    """
    return _LINK.sub(partial(_kept, beside), page)


def _kept(beside: Container[str], link: re.Match[str]) -> str:
    return link[0] if link["to"].partition("#")[0] in beside else link["before"]
