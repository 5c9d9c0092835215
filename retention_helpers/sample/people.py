"""The customers of the sample company: what the shop knows of them, and what only the truth file knows."""

import hashlib
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .calendar import DAY, Calendar, Floats, Ints, stamp

Flags = NDArray[np.bool_]

SOURCES = ("search", "social", "referral", "email", "store")
SOURCE_SHARES = (0.36, 0.23, 0.11, 0.12, 0.18)
SOURCE_RATES = (1.0, 0.72, 1.32, 1.10, 0.95)  # true quality: orders a month against the average
CHANNELS = ("web", "app", "store", "marketplace")
CHANNEL_MIX = ((0.62, 0.22, 0.08, 0.08), (0.42, 0.42, 0.05, 0.11), (0.52, 0.30, 0.13, 0.05),
               (0.62, 0.26, 0.08, 0.04), (0.18, 0.10, 0.71, 0.01))  # fmt: skip
CITIES = (("Dublin", "IE", 0.17), ("Cork", "IE", 0.07), ("Galway", "IE", 0.05), ("Limerick", "IE", 0.04),
          ("Berlin", "DE", 0.13), ("Hamburg", "DE", 0.09), ("Köln", "DE", 0.07), ("München", "DE", 0.08),
          ("Leipzig", "DE", 0.05), ("Wien", "AT", 0.08), ("Graz", "AT", 0.04), ("Amsterdam", "NL", 0.07),
          ("Utrecht", "NL", 0.04), ("", "", 0.02))  # fmt: skip
BEFORE_SHARE, NEVER_SHARE = 0.10, 0.04  # customers since before the first month; registered without any order
RATE_MEAN, RATE_SHAPE = 0.21, 0.62  # orders a month of a customer who has not lapsed: gamma
HAZARD_MEDIAN = 0.028  # chance a month to lapse for good
GROWTH = 0.014  # more new customers every month
DEFAULT_BIRTH_YEAR = 1900  # what the till writes when nobody asked
MANAGERS = 12
NEVER = 10_000


@dataclass(frozen=True)
class People:
    """One entry per customer, in order of registration. ``first_clock`` is the business time of the first order,
    negative for customers since before the first month, `NEVER` for those who never order."""

    first_clock: Floats
    registered: Ints
    source: Ints
    rate: Floats
    hazard: Floats
    satisfaction: Floats
    favourite: Ints
    bulk: Ints
    channel_mix: Floats
    referrer: Ints
    email: Flags
    sms: Flags
    push: Flags

    def __len__(self) -> int:
        return len(self.rate)

    @property
    def ids(self) -> NDArray[np.object_]:
        """The customer's number as text, growing with the time of registration."""
        return np.array([str(10_001 + number) for number in range(len(self))], dtype=object)

    @property
    def aliases(self) -> NDArray[np.object_]:
        """The id under which the marketplace knows the customer."""
        return np.array([f"MP{700_000 + number * 7_919 % 99_991}" for number in range(len(self))], dtype=object)

    @classmethod
    def draw(cls, rng: np.random.Generator, calendar: Calendar, customers: int) -> "People":
        """Customers arrive with growth and season; rates are gamma distributed times the quality of the source."""
        n = customers
        first, registered = _arrivals(rng, calendar, n)
        source = rng.choice(len(SOURCES), n, p=SOURCE_SHARES)
        mix = np.array(CHANNEL_MIX)[source] * rng.gamma(0.8, 1.0, (n, len(CHANNELS)))
        # who is still there after years buys more often than who has just come
        shape = np.where(first < 0, RATE_SHAPE + 0.5, RATE_SHAPE)
        rate = RATE_MEAN / RATE_SHAPE * rng.gamma(shape) * np.array(SOURCE_RATES)[source]
        drawn = cls(
            first_clock=first,
            registered=registered,
            source=source,
            rate=np.maximum(rate, 0.002),
            hazard=HAZARD_MEDIAN * rng.lognormal(0, 0.7, n),
            satisfaction=rng.normal(0, 1, n),
            favourite=rng.integers(0, 10, n),
            bulk=np.where(rng.random(n) < 0.02, rng.integers(2, 7, n), 1),
            channel_mix=np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1),
            referrer=np.full(n, -1),
            email=rng.random(n) < 0.68,
            sms=rng.random(n) < 0.34,
            push=rng.random(n) < 0.15 + 0.5 * (mix[:, 1] / mix.sum(axis=1)),
        )
        order = np.argsort(drawn.registered, kind="stable")
        for field in fields(drawn):
            getattr(drawn, field.name)[:] = getattr(drawn, field.name)[order]
        drawn.referrer[:] = _referrers(rng, drawn)
        return drawn

    def table(self, rng: np.random.Generator) -> pd.DataFrame:
        """The customers' table of the input contract, with the gaps that such tables have."""
        n, ids = len(self), self.ids
        city = rng.choice(len(CITIES), n, p=[share for *_, share in CITIES])
        mails = [
            f"customer{i}@example.{domain}" for i, domain in zip(ids, rng.choice(["com", "org", "net"], n), strict=True)
        ]
        has_mail, has_phone = self.email | (rng.random(n) < 0.6), self.sms | (rng.random(n) < 0.4)
        years = np.clip(rng.normal(1984, 13, n).round(), 1936, 2006).astype(int)
        years[rng.random(n) < 0.008] = DEFAULT_BIRTH_YEAR
        managed = self.rate * rng.lognormal(0, 0.5, n) > 0.85
        return pd.DataFrame(
            {
                "customer_id": ids,
                "registered_at": stamp(self.registered),
                "gender": rng.choice(["female", "male", "other", ""], n, p=[0.55, 0.34, 0.02, 0.09]),
                "birth_year": np.where(rng.random(n) < 0.22, "", years.astype(str)),
                "city": [CITIES[c][0] for c in city],
                "country": [CITIES[c][1] for c in city],
                "source": np.where(rng.random(n) < 0.03, "", np.array(SOURCES)[self.source]),
                "email": [mail if has else "" for mail, has in zip(mails, has_mail, strict=True)],
                # no country has the code +999: nobody can be called by mistake
                "phone": [f"+999 10 {1_000_000 + i}" if has else "" for i, has in enumerate(has_phone)],
                "email_hash": [
                    hashlib.sha256(m.encode()).hexdigest()[:16] if h else ""
                    for m, h in zip(mails, has_mail, strict=True)
                ],
                "referred_by": np.where(self.referrer >= 0, ids[self.referrer], ""),
                "consent_email": np.where(self.email, "true", "false"),
                "consent_sms": np.where(self.sms, "true", "false"),
                "consent_push": np.where(self.push, "true", "false"),
                "manager": [f"M{1 + i % MANAGERS:02d}" if m else "" for i, m in enumerate(managed)],
            }
        )


def _arrivals(rng: np.random.Generator, calendar: Calendar, n: int) -> tuple[Floats, Ints]:
    """Business time of each first order, and when the customer registered."""
    weight = calendar.season**1.2 * (1 + GROWTH) ** np.arange(calendar.months)
    first = rng.choice(calendar.months, n, p=weight / weight.sum()) + rng.random(n)
    registered = calendar.moment(first) - rng.integers(20, 600, n)
    early = rng.random(n) < 0.25
    registered[early] -= rng.integers(DAY, 25 * DAY, early.sum())
    kind = rng.random(n)
    before = kind < BEFORE_SHARE
    first[before] = -1.0
    registered[before] = calendar.starts[0] - rng.integers(DAY, 1_000 * DAY, before.sum())
    first[kind > 1 - NEVER_SHARE] = NEVER
    return first, registered


def _referrers(rng: np.random.Generator, people: People) -> Ints:
    """Who referred each customer of the source "referral": somebody earlier, more likely a frequent and content one."""
    weight = people.rate * np.exp(0.5 * people.satisfaction) * (people.first_clock < NEVER)
    # only customers who had ordered before the referred one registered can refer: cumulate in order of first order
    order = np.argsort(people.first_clock, kind="stable")
    cumulated = np.concatenate([[0.0], np.cumsum(weight[order])])
    earlier = np.searchsorted(people.first_clock[order], np.maximum(people.first_clock - 1, -0.5), side="left")
    found = np.searchsorted(cumulated, rng.random(len(people)) * cumulated[earlier], side="right") - 1
    known = (people.source == SOURCES.index("referral")) & (rng.random(len(people)) < 0.8) & (cumulated[earlier] > 0)
    known &= (people.first_clock >= 0) & (people.first_clock < NEVER)
    return np.where(known, order[np.minimum(found, len(order) - 1)], -1)
