"""What a month's front page says besides the records of its notebooks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from .drawings import Drawings


@dataclass(frozen=True)
class LeftOut:
    """A notebook that this month has no page of: the question it asks, and why it is not there, for the reader."""

    notebook: str
    sentence: str
    title: str = ""


@dataclass(frozen=True)
class Restatement:
    """A past month whose source rows changed after it was built; amounts in major units.

    Customers and amounts are missing where what had been built was lost.
    """

    month: str
    noticed_at: str
    customers: int | None
    amount_before: float | None
    amount_after: float | None


@dataclass(frozen=True)
class Front:
    """What a month's front page says besides its records.

    failed: notebook -> its title. shared: the notebooks whose tables lie in the month's own folder alone, being the
    same in every language. drawings: notebook -> the drawings it has. audiences: the files that audiences/ holds.
    """

    left_out: Sequence[LeftOut] = ()
    restatements: Sequence[Restatement] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    shared: Collection[str] = ()
    drawings: Mapping[str, Drawings] = field(default_factory=dict)
    audiences: Collection[str] = ()
