"""What a run is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from retention_helpers.params import NOTEBOOKS, REPORTS
from retention_helpers.publishing.workers import Team

Say = Callable[[str], None]


@dataclass(frozen=True)
class RunRequest:
    """What the command line asks for. ``now`` comes from it too: nothing below reads the clock.

    ``periods`` are months as YYYY-MM, none for the last complete one; ``first`` and ``last`` are the ends of a row of
    months, both inclusive, ``last`` empty for the last complete one.
    """

    profile: str
    now: datetime
    periods: Sequence[str] = ()
    first: str = ""
    last: str = ""
    notebooks: Sequence[str] = ()
    locale: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    reports: Path = REPORTS
    folder: Path = NOTEBOOKS
    allow_incomplete: bool = False
    allow_partial: bool = False
    force: bool = False
    team: Team = field(default_factory=Team)
