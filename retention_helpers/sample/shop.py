"""The sample company at work: month by month, who orders, who joins, whom a campaign wakes, and who leaves for good.

Orders come at a customer's own rate x season x a streak that lasts some months. Members order `MEMBER_LIFT` more: these
orders are drawn on top of the ordinary ones and marked, so that the programme's true effect can be counted.
"""

from dataclasses import dataclass, field

import numpy as np

from . import campaigns as mail
from . import programme
from .calendar import DAY, Calendar, Floats, Ints
from .orders import BY_CAMPAIGN, BY_MEMBERSHIP, ORDINARY, Orders
from .people import CHANNELS, NEVER, SOURCES, Flags, People

STREAK_MEMORY, STREAK_SPREAD = 0.72, 0.55  # AR(1) of the log rate, by month
DROPOUT_FIRST, DROPOUT_LAST = 0.45, 0.15  # chance to leave right after the first order, first and last month: the trend
LATE_RATE, LATE_RATE_DECEMBER, SUPPORT_RATE, REFUND_RATE = 0.06, 0.11, 0.03, 0.028
SHOCK_MEMORY = 0.6
SHOCKS = {"late": -0.9, "support": -0.5, "refund": -0.9}  # what an order's trouble does to satisfaction for some months
HAZARD_BY_SATISFACTION = -0.5  # log hazard of lapsing for good, per unit of satisfaction: detractors lapse sooner


@dataclass
class Shop:
    """The state of the company between two months."""

    people: People
    calendar: Calendar
    rng: np.random.Generator
    waves: list[mail.Wave] = field(default_factory=list)
    campaign_truth: dict[str, dict[str, object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.people)
        self.streak = self.rng.normal(0, STREAK_SPREAD, n)
        self.alive = self.people.first_clock < 0
        self.shock = np.zeros(n)
        self.last_at = np.full(n, -(10**12))
        self.members = programme.Members(n)
        self.pending: tuple[Ints, Ints] = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    def run(self) -> Orders:
        """All orders of all months, in order of time."""
        orders = Orders.concat([self._month(month) for month in range(self.calendar.months)])
        return orders.take(np.argsort(orders.at, kind="stable"))

    def _month(self, month: int) -> Orders:
        noise = self.rng.normal(0, 1, len(self.people))
        self.streak = STREAK_MEMORY * self.streak + np.sqrt(1 - STREAK_MEMORY**2) * STREAK_SPREAD * noise
        customer, at, rate = self._visits(month)
        member, member_at = self._member_extras(month, rate, self.members.joined_at)
        cause = np.repeat([ORDINARY, BY_MEMBERSHIP], [len(customer), len(member)])
        customer, at = np.concatenate([customer, member]), np.concatenate([at, member_at])
        # campaigns come last: what they add is on top of all that would be ordered without them
        extra, extra_at = self._mail(month, customer, at)
        cause = np.concatenate([cause, np.full(len(extra), BY_CAMPAIGN)])
        customer, at = np.concatenate([customer, extra]), np.concatenate([at, extra_at])
        joins = np.zeros(len(customer), dtype=bool)
        if month >= programme.launch(self.calendar):
            joins = self.members.join(self.rng, customer, at, programme.wish(self.people.rate, self.streak))
            fresh = np.where(
                self.members.joined_at >= self.calendar.starts[month], self.members.joined_at, programme.NEVER_AT
            )
            more, more_at = self._member_extras(month, rate, fresh)
            customer, at = np.concatenate([customer, more]), np.concatenate([at, more_at])
            cause = np.concatenate([cause, np.full(len(more), BY_MEMBERSHIP)])
            joins = np.concatenate([joins, np.zeros(len(more), dtype=bool)])
        orders = self._experience(month, customer, at, (cause, joins))
        self._losses(month, orders)
        return orders

    def _visits(self, month: int) -> tuple[Ints, Ints, Floats]:
        """Ordinary orders: first orders of the month's new customers, and repeat orders of all who are alive."""
        newcomers = np.flatnonzero((self.people.first_clock >= month) & (self.people.first_clock < month + 1))
        self.alive[newcomers] = True
        swing = np.exp(self.streak - STREAK_SPREAD**2 / 2)
        rate = self.people.rate * self.calendar.season[month] * swing * self.alive
        begin = np.maximum(self.people.first_clock, month)
        customer = np.repeat(np.arange(len(rate)), self.rng.poisson(rate * np.clip(month + 1 - begin, 0, 1)))
        clock = begin[customer] + (month + 1 - begin[customer]) * self.rng.random(len(customer))
        customer = np.concatenate([newcomers, customer])
        return customer, self.calendar.moment(np.concatenate([self.people.first_clock[newcomers], clock])), rate

    def _member_extras(self, month: int, rate: Floats, joined_at: Ints) -> tuple[Ints, Ints]:
        """Orders on top of the ordinary ones, between joining and leaving."""
        since = np.flatnonzero(joined_at < self.calendar.starts[month + 1])
        begin = np.maximum(self.calendar.clock(joined_at[since]), month)
        customer = np.repeat(since, self.rng.poisson(programme.MEMBER_LIFT * rate[since] * (month + 1 - begin)))
        begin = begin[np.searchsorted(since, customer)]
        at = self.calendar.moment(begin + (month + 1 - begin) * self.rng.random(len(customer)))
        stays = at < self.members.left_at[customer]
        return customer[stays], at[stays]

    def _mail(self, month: int, customer: Ints, at: Ints) -> tuple[Ints, Ints]:
        """Send the month's campaigns; the orders that they cause and that fall into this month."""
        start, label = self.calendar.starts[month], self.calendar.labels[month]
        anyway = np.full(len(self.people), 10**12)
        for who, when in ((customer, at), self.pending):
            np.minimum.at(anyway, who, when)
        extra = [self.pending]
        for campaign in mail.CAMPAIGNS:
            if self.calendar.month_from_end(campaign.back) == month:
                target = mail.eligible(self.rng, campaign, self.people, (start - self.last_at) / DAY)
                name = f"{campaign.prefix}-{label}"
                sent = mail.send(self.rng, campaign, name, self.people, (target, start, anyway[target]))
                self._collect(name, sent)
                extra.append((sent.customer, sent.at))
        newcomers = np.flatnonzero((self.people.first_clock >= month) & (self.people.first_clock < month + 1))
        first_at = self.calendar.moment(self.people.first_clock[newcomers])
        if month >= self.calendar.month_from_end(mail.WELCOME_BACK):
            name = f"WELCOME-{self.calendar.year[month]}"
            sent = mail.welcome(self.rng, name, self.people, newcomers, first_at)
            self._collect(name, sent)
            extra.append((sent.customer, sent.at))
        if self.calendar.month_from_end(mail.CARE_BACK[0]) <= month <= self.calendar.month_from_end(mail.CARE_BACK[1]):
            self.waves.append(mail.care(self.rng, self.people, newcomers, first_at))
        customers, moments = (np.concatenate(column) for column in zip(*extra, strict=True))
        later = moments >= self.calendar.starts[month + 1]
        self.pending = customers[later], moments[later]
        self.alive[customers[~later]] = True
        return customers[~later], moments[~later]

    def _collect(self, name: str, sent: mail.Mailing) -> None:
        self.waves += sent.waves
        known = self.campaign_truth.get(name)
        if known is None:
            self.campaign_truth[name] = sent.truth
        else:  # a chain that runs for many months: add the counts up
            self.campaign_truth[name] = {key: known[key] + sent.truth[key] for key in known}

    def _experience(self, month: int, customer: Ints, at: Ints, marks: tuple[Ints, Flags]) -> Orders:
        """How each order went: its channel, whether it came late, needed support, or came back."""
        n, draw = len(customer), self.rng.random
        channel = (draw(n)[:, None] > self.people.channel_mix[customer]).sum(axis=1)
        weekday, hour = (at // DAY + 3) % 7, at % DAY // 3_600
        store = CHANNELS.index("store")
        channel[(channel == store) & ((weekday == 6) | (hour < 9) | (hour >= 20))] = CHANNELS.index("web")
        december = self.calendar.month_of_year[month] == 11
        late = (channel != store) & (draw(n) < (LATE_RATE_DECEMBER if december else LATE_RATE))
        support = draw(n) < SUPPORT_RATE + 0.30 * late
        refunded = draw(n) < REFUND_RATE + 0.05 * late + 0.12 * support
        refund_at = at + (DAY * np.clip(self.rng.lognormal(2.7, 0.6, n), 1, 75)).astype(np.int64)
        np.maximum.at(self.last_at, customer, at)
        cause, joins = marks
        return Orders(
            customer, at, cause, channel, self.streak[customer], late, support, np.where(refunded, refund_at, 0), joins
        )

    def _losses(self, month: int, orders: Orders) -> None:
        """Who leaves for good at the end of the month: sooner when dissatisfied, and many right after a first order."""
        weight = (
            SHOCKS["late"] * orders.late
            + SHOCKS["support"] * orders.support
            + SHOCKS["refund"] * (orders.refund_at > 0)
        )
        self.shock = SHOCK_MEMORY * self.shock + np.bincount(orders.customer, weight, len(self.people))
        mood = self.people.satisfaction + self.shock
        hazard = np.clip(self.people.hazard * np.exp(HAZARD_BY_SATISFACTION * mood), 0, 0.7)
        new = (self.people.first_clock >= month) & (self.people.first_clock < month + 1)
        trend = DROPOUT_FIRST + (DROPOUT_LAST - DROPOUT_FIRST) * month / max(self.calendar.months - 1, 1)
        leaves = self.rng.random(len(mood)) < hazard
        leaves |= new & (self.rng.random(len(mood)) < trend)
        self.alive &= ~leaves & (self.people.first_clock < NEVER)


def truth() -> dict[str, object]:
    """The constants behind the orders, under the names that the truth file uses."""
    return {
        "new_customer_retention": {
            "dropout_after_first_order_first_month": DROPOUT_FIRST,
            "dropout_after_first_order_last_month": DROPOUT_LAST,
            "direction": "improves",
        },
        "streak": {"ar1": STREAK_MEMORY, "log_sd": STREAK_SPREAD},
        "experience": {
            "late": LATE_RATE,
            "late_december": LATE_RATE_DECEMBER,
            "support": SUPPORT_RATE,
            "refund": REFUND_RATE,
        },
        "lapse": {
            "log_hazard_per_unit_of_satisfaction": HAZARD_BY_SATISFACTION,
            "shocks": SHOCKS,
            "shock_memory": SHOCK_MEMORY,
        },
        "sources": list(SOURCES),
    }
