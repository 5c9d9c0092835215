"""Orders as the sample company's customers place them, before any file spoils them."""

from dataclasses import dataclass

import numpy as np

from .calendar import Floats, Ints
from .people import Flags

ORDINARY, BY_MEMBERSHIP, BY_CAMPAIGN = 0, 1, 2  # why an order was placed


@dataclass(frozen=True)
class Orders:
    """One entry per order. ``refund_at`` is 0 where nothing came back."""

    customer: Ints
    at: Ints
    cause: Ints
    channel: Ints
    streak: Floats
    late: Flags
    support: Flags
    refund_at: Ints
    joins: Flags

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, places: Ints) -> "Orders":
        """These orders only, in this order."""
        return Orders(*(getattr(self, name)[places] for name in self.__dataclass_fields__))

    @classmethod
    def concat(cls, parts: list["Orders"]) -> "Orders":
        """The orders of all parts, one part after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))
