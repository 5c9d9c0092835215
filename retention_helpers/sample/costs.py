"""What the sample company spends, by month, purpose and channel."""

import numpy as np
import pandas as pd

from .calendar import Calendar
from .money import decimals
from .people import NEVER, SOURCES, People
from .programme import launch

COST_PER_NEW_CENTS = {"search": 2_150, "social": 2_700, "referral": 1_000, "email": 600, "store": 1_500}
RETENTION_CENTS = {"email": 60_000, "sms": 25_000, "support": 420_000}  # a month, at the size of 20,000 customers
PROGRAMME_CENTS = 310_000  # running cost a month; rewards are in the memberships


def table(rng: np.random.Generator, people: People, calendar: Calendar) -> pd.DataFrame:
    """One row per month, purpose and channel; programme costs from its launch on."""
    size = len(people) / 20_000
    new = (people.first_clock >= 0) & (people.first_clock < NEVER)
    month = people.first_clock[new].astype(np.int64)
    rows: list[tuple[str, str, int, str]] = []
    for number, label in enumerate(calendar.labels):
        arrived = np.bincount(people.source[new][month == number], minlength=len(SOURCES))
        wobble = rng.lognormal(0, 0.08, len(SOURCES) + len(RETENTION_CENTS) + 1)
        for place, source in enumerate(SOURCES):
            cents = COST_PER_NEW_CENTS[source] * (arrived[place] + 2 * size) * wobble[place] * 1.004**number
            rows.append((label, "acquisition", int(cents), source))
        for place, (channel, cents) in enumerate(RETENTION_CENTS.items(), start=len(SOURCES)):
            rows.append(
                (
                    label,
                    "retention",
                    int(cents * size * wobble[place] * 1.015**number * calendar.season[number]),
                    channel,
                )
            )
        if number >= launch(calendar):
            rows.append((label, "programme", int(PROGRAMME_CENTS * size * wobble[-1]), "app"))
    frame = pd.DataFrame(rows, columns=["month", "purpose", "amount", "channel"])
    return frame.assign(amount=decimals(frame["amount"].to_numpy()))
