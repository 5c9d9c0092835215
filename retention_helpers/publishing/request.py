"""What a month is made of, as the caller says it, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from retention_helpers.words import Words

from .execution import CELL_SECONDS
from .front import LeftOut, Restatement
from .page import Frame
from .versions import Place
from .workers import Team


@dataclass(frozen=True)
class Notebook:
    """A notebook to run and the values for its `parameters` cell (names not given keep their defaults)."""

    path: Path
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True)
class Data:
    """From which data a month is made, for the reader and for the manifest."""

    as_of: date
    data_through: date
    is_complete: bool = True
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    row_counts: Mapping[str, int] = field(default_factory=dict)
    restatements: Sequence[Restatement] = ()


@dataclass(frozen=True)
class Edition:
    """The month in one language, and what was said with its words."""

    words: Words
    left_out: Sequence[LeftOut] = ()


@dataclass(frozen=True)
class MonthRequest:
    """One month to publish.

    ``order`` names all notebooks as the index lists them; ``company`` is how readers know the profile. ``words`` and
    ``left_out`` are of the default language; ``further`` are the editions in other ones, each in a folder.
    """

    place: Place
    notebooks: Sequence[Notebook]
    data: Data
    words: Words
    now: datetime
    company: str = ""
    order: Sequence[str] = ()
    left_out: Sequence[LeftOut] = ()
    further: Sequence[Edition] = ()
    allow_partial: bool = False
    cell_seconds: int = CELL_SECONDS
    team: Team = field(default_factory=Team)

    @property
    def editions(self) -> tuple[Edition, ...]:
        """The month in each of its languages, the default one first."""
        return (Edition(self.words, self.left_out), *self.further)

    def folder(self, edition: Edition, month: Path) -> Path:
        """Where in the month's folder an edition lies: the default one in it, a further one in a folder of its own."""
        locale = edition.words.locale
        return month if locale == self.words.locale else month / locale

    @property
    def locales(self) -> list[str]:
        return [edition.words.locale for edition in self.editions]

    @property
    def frame(self) -> Frame:
        """What stands around the pages of the default language."""
        return self.frame_of(self.editions[0])

    def frame_of(self, edition: Edition) -> Frame:
        # A past month reads the same however far the source has grown since.
        through = min(self.data.data_through, self.data.as_of)
        company = self.company or self.place.profile
        return Frame(edition.words, company, self.place.period, through, self.data.is_complete, self.locales)


@dataclass(frozen=True)
class MonthResult:
    """What was published: notebooks run now, carried over from the last version, and (partial months only) failed."""

    folder: Path
    published: tuple[str, ...]
    carried: tuple[str, ...]
    failed: tuple[str, ...]
