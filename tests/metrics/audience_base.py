"""A small company for lists: its facts in a database, and who is on which list worked out again, customer by customer.

The twin shares no code with the package: it reads the rules as sentences.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

import duckdb

from retention_helpers.params import Audiences
from retention_helpers.params.audiences import over_house

AS_OF = date(2026, 10, 31)
PERIOD = "2026-10"
COLUMNS = {
    "contacts": 'customer_id VARCHAR, campaign_id VARCHAR, "at" TIMESTAMP, arm VARCHAR, purpose VARCHAR, step INTEGER,'
    " month SMALLINT",
    "orders_valid": "customer_id VARCHAR, order_id VARCHAR, ordered_at TIMESTAMP, category VARCHAR, channel VARCHAR,"
    " month SMALLINT",
    "customers": "customer_id VARCHAR, consent_email BOOLEAN, consent_sms BOOLEAN, consent_push BOOLEAN",
    "addresses": "customer_id VARCHAR, email VARCHAR, phone VARCHAR, email_hash VARCHAR",
    "labelled": "customer_id VARCHAR, rfm_segment VARCHAR",
}
ONE_STEP = [{"name": "hello"}]


def month_of(moment: date) -> int:
    return moment.year * 12 + moment.month - 1


def days_before(days: int, hour: int = 12) -> datetime:
    """That many days before the last day of the month."""
    return datetime(AS_OF.year, AS_OF.month, AS_OF.day, hour) - timedelta(days=days)


@dataclass(frozen=True)
class Contact:
    customer: str
    campaign: str
    at: datetime
    arm: str = "treatment"
    purpose: str | None = "win_back"
    step: int | None = 1


@dataclass(frozen=True)
class Order:
    customer: str
    at: datetime
    category: str = "tea"
    channel: str = "web"


@dataclass(frozen=True)
class Company:
    """Who is in which segment, what was sent, what was ordered, who agreed (email, sms, push), who has an address."""

    segments: Mapping[str, str]
    contacts: Sequence[Contact] = ()
    orders: Sequence[Order] = ()
    consents: Mapping[str, tuple] = field(default_factory=dict)
    addresses: Mapping[str, tuple] = field(default_factory=dict)
    agreed: bool | None = True

    def base(self) -> duckdb.DuckDBPyConnection:
        """The facts of the company; the next call replaces them."""
        con = _database()
        people = sorted({*self.segments, *self.consents, *(c.customer for c in self.contacts)})
        rows: dict[str, list[tuple]] = {
            "contacts": [
                (c.customer, c.campaign, c.at, c.arm, c.purpose, c.step, month_of(c.at)) for c in self.contacts
            ],
            "orders_valid": [
                (o.customer, f"o{number}", o.at, o.category, o.channel, month_of(o.at))
                for number, o in enumerate(self.orders)
            ],
            "customers": [(who, *self.consents.get(who, (self.agreed,) * 3)) for who in people],
            "addresses": [(who, *self.addresses[who]) for who in self.addresses],
            "labelled": list(self.segments.items()),
        }
        for table, columns in COLUMNS.items():
            con.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
            if rows[table]:
                marks = ", ".join("?" * len(rows[table][0]))
                con.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[table])
        return con


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1, "preserve_insertion_order": False})


def a_list(**changes: object) -> dict:
    """A list of the segment A through e-mail, without hold-out unless asked for."""
    basis = {"rfm_segment": ["A"], "purpose": "win_back", "steps": ONE_STEP, "holdout_share": 0.0}
    return basis | {"min_days_since_contact": 10} | changes


def settings(lists: Mapping[str, dict], **changes: object) -> Audiences:
    """These lists alone, with the destinations of the house."""
    gone = dict.fromkeys(("win_back", "reactivate", "raise_to_vip", "keep_new", "refer_a_friend", "thank_vip"))
    return Audiences.model_validate(over_house({"lists": {**gone, **lists}, "rest_days": 60} | changes))


def arm_of(customer: str, campaign: str, share: float) -> str:
    """The arm by the definition: the first eight hexadecimal digits of a digest, as a number."""
    digest = hashlib.md5(f"{campaign} {customer}".encode(), usedforsecurity=False).hexdigest()
    return "control" if int(digest[:8], 16) < round(share * 16**8) else "treatment"


# ---- the twin


@dataclass(frozen=True)
class Chain:
    campaign: str
    steps_done: int
    is_control: bool
    silent_days: int
    returned: int | None
    steps: int

    @property
    def is_open(self) -> bool:
        return self.returned is None and self.steps_done < self.steps


def twin(company: Company, wanted: Audiences, reachable: frozenset[str] = frozenset()) -> dict[tuple[str, str], tuple]:
    """(list, customer) -> (left_out, campaign, step, arm), by the rules, one customer after the other."""
    everybody = {*company.segments, *(contact.customer for contact in company.contacts)}
    chains = {
        (name, who): chain
        for name in wanted.lists
        for who in everybody
        if (chain := _chain(company, wanted, name, who)) is not None
    }
    found = {}
    for name in wanted.lists:
        for who in everybody:
            chain = chains.get((name, who))
            is_member = company.segments.get(who) in wanted.lists[name].values
            is_asked = chain is not None and (chain.is_open or chain.returned == month_of(AS_OF))
            if is_member or is_asked:
                elsewhere = any(
                    other.is_open for (where, whom), other in chains.items() if whom == who and where != name
                )
                reason = _reason(company, wanted, name, who, (chain, elsewhere, reachable))
                found[name, who] = (reason, chain if chain is not None and chain.is_open else None)
    return _settled(found, wanted)


def _chain(company: Company, wanted: Audiences, name: str, who: str) -> Chain | None:
    mine = [
        contact
        for contact in company.contacts
        if contact.customer == who
        and contact.at.date() <= AS_OF
        and contact.campaign.rpartition("-")[0].rpartition("-")[0] == name
    ]
    if not mine:
        return None
    latest = max(contact.campaign for contact in mine)
    mine = [contact for contact in mine if contact.campaign == latest]
    silent = (AS_OF - max(contact.at.date() for contact in mine)).days
    if silent > wanted.rest_days:
        return None
    first = min(contact.at for contact in mine)
    after = [order.at for order in company.orders if order.customer == who and first < order.at]
    after = [at for at in after if at.date() <= AS_OF]
    return Chain(
        campaign=latest,
        steps_done=max(contact.step or 1 for contact in mine),
        is_control=all(contact.arm in wanted.control_arms for contact in mine),
        silent_days=silent,
        returned=month_of(min(after)) if after else None,
        steps=len(wanted.lists[name].steps),
    )


def _reason(
    company: Company, wanted: Audiences, name: str, who: str, known: tuple[Chain | None, bool, frozenset[str]]
) -> str | None:
    chain, elsewhere, reachable = known
    rules = wanted.lists[name]
    if chain is not None and chain.returned is not None:
        return "came_back"
    if chain is not None and not chain.is_open:
        return "chain_done"
    consent = company.consents.get(who, (company.agreed,) * 3)[("email", "sms", "push").index(rules.channel)]
    if consent is False:
        return "no_consent"
    if consent is None and wanted.consent == "recorded":
        return "consent_unknown"
    email, phone, email_hash = company.addresses.get(who, (None, None, None))
    address = {"email": email or email_hash, "sms": phone, "push": "any"}[rules.channel]
    if rules.channel in reachable and not address:
        return "no_address"
    if chain is not None and chain.silent_days < rules.steps[chain.steps_done].days_after:
        return "not_yet_due"
    for contact in company.contacts:
        counts = contact.arm not in wanted.control_arms and contact.purpose not in wanted.not_marketing
        is_other = chain is None or contact.campaign != chain.campaign
        is_theirs = contact.customer == who and counts and is_other and contact.at.date() <= AS_OF
        if is_theirs and (AS_OF - contact.at.date()).days < rules.min_days_since_contact:
            return "contacted_lately"
    return "on_another_list" if elsewhere and chain is None else None


def _settled(found: dict, wanted: Audiences) -> dict[tuple[str, str], tuple]:
    order = list(wanted.lists)
    result = {}
    for (name, who), (reason, chain) in found.items():
        rivals = [
            (other_chain is None, order.index(other), other)
            for (other, whom), (other_reason, other_chain) in found.items()
            if whom == who and other_reason is None
        ]
        if reason is None and min(rivals)[2] != name:
            reason = "on_another_list"
        if reason is not None:
            result[name, who] = (reason, None, None, None)
            continue
        campaign = chain.campaign if chain else f"{name}-{PERIOD}"
        arm = arm_of(who, campaign, wanted.lists[name].holdout_share)
        if chain:
            arm = "control" if chain.is_control else "treatment"
        result[name, who] = (None, campaign, chain.steps_done + 1 if chain else 1, arm)
    return result
