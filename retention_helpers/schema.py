"""The input contract: which tables a company can give us, and what each column means.

A profile maps the company's own columns to these; staging casts them to the kinds below.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "time", "moment", "month", "money", "number", "integer", "flag"]

SQL_TYPES: dict[str, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "time": "TIMESTAMP",
    "moment": "TIMESTAMP",
    "month": "SMALLINT",
    "money": "BIGINT",
    "number": "DOUBLE",
    "integer": "INTEGER",
    "flag": "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """One column of the contract. ``kind`` says how staging casts it:

    id: text, trimmed, ``17850.0`` read as ``17850``; time: a time stamp in the business's time zone; moment: the same,
    or a year or month (``2017``, ``2017-05``), which is read as its last day; month: the integer of a calendar month;
    money: integer hundredths of the currency, exact; number, integer, flag, text: as
    named.
    """

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the contract: its grain in a sentence, its columns, and which column says when."""

    name: str
    grain: str
    columns: tuple[Column, ...]
    when: str | None = None

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)


def _table(name: str, grain: str, required: str, optional: str, *, when: str | None = None) -> Table:
    """Columns written as ``name:kind`` words."""
    columns = [Column(*word.split(":"), required=True) for word in required.split()]  # type: ignore[arg-type]
    columns += [Column(*word.split(":")) for word in optional.split()]  # type: ignore[arg-type]
    return Table(name, grain, tuple(columns), when)


CONTRACT: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "orders",
            "One row per order or order line.",
            "customer_id:id ordered_at:time amount:money",
            "order_id:id quantity:number unit_price:number product_id:id product_name:text category:text channel:text "
            "discount:money margin:money currency:text status:text refund_of:id",
            when="ordered_at",
        ),
        _table(
            "customers",
            "One row per customer.",
            "customer_id:id",
            "registered_at:time gender:text birth_year:integer city:text country:text source:text email:text "
            "phone:text email_hash:text referred_by:id consent_email:flag consent_sms:flag consent_push:flag "
            "manager:text",
        ),
        _table("identities", "One row per alias.", "alias_id:id customer_id:id", ""),
        _table(
            "memberships",
            "One row per event of the loyalty programme.",
            "customer_id:id at:time event:text",
            "order_id:id tier:text points:number value:money paid:money",
            when="at",
        ),
        _table(
            "contacts",
            "One row per contact of a campaign.",
            "campaign_id:id customer_id:id at:time arm:text",
            "purpose:text step:integer channel:text offer:text cost:money opened_at:time clicked_at:time",
            when="at",
        ),
        _table("outcomes", "One row per unit of an experiment.", "campaign_id:id arm:text", "unit_id:id"),
        _table(
            "feedback",
            "One row per answer.",
            "at:moment question:text score:number",
            "customer_id:id comment:text channel:text topic:text stage:text weight:number",
            when="at",
        ),
        _table(
            "touchpoints",
            "One row per event of the customer's journey.",
            "customer_id:id at:time stage:text",
            "channel:text",
            when="at",
        ),
        _table(
            "costs",
            "One row per month and purpose.",
            "month:month purpose:text amount:money",
            "channel:text",
            when="month",
        ),
    )
}
