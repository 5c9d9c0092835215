"""What a month is made of, as the caller says it, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

from retention_helpers.words import Words

from .execution import CELL_SECONDS
from .front import LeftOut, Restatement
from .keys import digest
from .page import Frame
from .pin import Pin
from .versions import Place
from .workers import Crew


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
    """From which data a month is made, for the reader and for the manifest.

    ``fingerprints`` are of the orders by month, ``others`` of the other tables' rows up to the period.
    """

    as_of: date
    data_through: date
    is_complete: bool = True
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    row_counts: Mapping[str, int] = field(default_factory=dict)
    restatements: Sequence[Restatement] = ()
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Of every row that a report of this period can know, and of how far the data reach into it."""
        restated = [asdict(item) for item in self.restatements]
        through = min(self.data_through, self.as_of)
        return digest([dict(self.fingerprints), dict(self.others), restated, through, self.is_complete])


@dataclass(frozen=True)
class Edition:
    """The month in one language, and what was said with its words."""

    words: Words
    left_out: Sequence[LeftOut] = ()


@dataclass(frozen=True)
class MonthRequest:
    """One month to publish.

    ``order`` names all notebooks as the index lists them; ``company`` is how readers know the profile. ``words`` and
    ``left_out`` are of the default language; ``further`` are the editions in other ones, each in a folder. ``settings``
    is a fingerprint of profile and params; ``force`` runs what is unchanged, too. A ``crew`` runs notebooks side by
    side, without one they run in turn. ``pin`` is the facts file that all of them read.
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
    settings: str = ""
    force: bool = False
    allow_partial: bool = False
    cell_seconds: int = CELL_SECONDS
    crew: Crew | None = None
    pin: Pin | None = None

    @property
    def editions(self) -> tuple[Edition, ...]:
        """The month in each of its languages, the default one first."""
        return (Edition(self.words, self.left_out), *self.further)

    def notebook(self, name: str) -> Notebook:
        """The notebook of this name."""
        return next(notebook for notebook in self.notebooks if notebook.name == name)

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
    """What was published: notebooks run or rendered now, carried over, and (partial months only) failed.

    Where nothing had changed, all are carried over and the version that was there is still the published one.
    """

    folder: Path
    published: tuple[str, ...]
    carried: tuple[str, ...]
    failed: tuple[str, ...]
    is_unchanged: bool = False
