"""What asks somebody to do something: alerts and actions, in the one shape that every file carries them.

A record's ``alerts`` and ``actions``, those of headline.json and the list in alerts.json are mappings with the fields
below as keys. A key that is not there is empty; one that is not known is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self


@dataclass(frozen=True)
class FollowUp:
    """A sentence that something follows from.

    headline: subject, verb, number. sentence: why, with the interval. audience: the name of a file in audiences/ with
    the customers to act on, or "". notebook: whose page says more, or "" for what comes from none.
    """

    headline: str
    sentence: str = ""
    audience: str = ""
    notebook: str = ""

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> Self:
        return cls(**{field.name: item[field.name] for field in fields(cls) if item.get(field.name) is not None})


@dataclass(frozen=True)
class Alert(FollowUp):
    """A key figure that moved more than chance explains, or missed what was aimed at.

    kpi: its id. size: the change with its interval, as the reader writes it; ``sentence`` names what moved it.
    is_worse: it moved to the side that is not wanted, or missed its target.
    """

    kpi: str = ""
    size: str = ""
    is_worse: bool = True


@dataclass(frozen=True)
class Action(FollowUp):
    """What to do next, and for how many customers: as many as the audience has rows."""

    customers: int = 0
