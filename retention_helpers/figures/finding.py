"""What a figure says, before anything is drawn: the words come first, the picture serves them."""

import re
from dataclasses import dataclass, replace

from retention_helpers.errors import ParameterError

_NAME = re.compile(r"^[a-z][a-z0-9_-]*$")


@dataclass(frozen=True)
class Finding:
    """The words around one figure.

    ``headline`` is the finding itself (subject, verb, number), ``sentence`` adds the value, the comparison and its
    interval, ``subtitle`` names metric, unit and period, ``caption`` says how to read it, n and as of, ``source`` where
    the data come from. ``name`` is the figure's anchor on the page: lower-case letters, digits, - and _.

    >>> Finding("retention", "Retention rose to 34.7%", "34.7% bought again.").alt
    '34.7% bought again.'
    """

    name: str
    headline: str
    sentence: str
    subtitle: str = ""
    caption: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ParameterError(
                f'"{self.name}" cannot name a figure. Use lower-case letters, digits, - and _, starting with a letter.'
            )

    @property
    def alt(self) -> str:
        """What a reader who cannot see the picture is told: the finding's sentence."""
        return self.sentence or self.headline

    def noting(self, *notes: str) -> "Finding":
        """The same finding with more sentences at the end of its caption."""
        return replace(self, caption=" ".join(part for part in (self.caption, *notes) if part))

    def about(self, name: str, subtitle: str) -> "Finding":
        """The same words over another figure: its own name and subtitle."""
        return replace(self, name=name, subtitle=subtitle)
