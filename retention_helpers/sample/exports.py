"""The order files: rows become text, one CSV per month, as the shop's system would write them."""

from pathlib import Path

import numpy as np
import pandas as pd

from . import dirt
from .calendar import Calendar, stamp
from .catalogue import Catalogue, category_names
from .money import decimals, write_csv
from .people import CHANNELS, People
from .sales import GUEST, TEST

CURRENCY = "EUR"
COLUMNS = ["order_id", "customer_id", "ordered_at", "product_id", "product_name", "category", "channel", "quantity",
           "unit_price", "discount", "amount", "margin", "currency", "status", "refund_of"]  # fmt: skip


def orders_text(rows: pd.DataFrame, catalogue: Catalogue, people: People, calendar: Calendar) -> pd.DataFrame:
    """The columns of the orders' files, as text, with the number of the file beside them."""
    codes, names, categories = (np.array(extra, dtype=object) for extra in zip(*dirt.PRODUCTS_BESIDE, strict=True))
    product = rows["product"].to_numpy()
    ordered_at = stamp(rows["at"].to_numpy()).astype(object)
    ordered_at[rows["fate"] == "unreadable_date"] = "0000-00-00 00:00:00"
    ordered_at[rows["fate"] == "epoch_date"] = "1970-01-01 00:00:00"
    return pd.DataFrame(
        {
            "order_id": rows["document"],
            "customer_id": _customer_ids(rows, people, calendar),
            "ordered_at": ordered_at,
            "product_id": np.concatenate([catalogue.codes, codes])[product],
            "product_name": np.concatenate([catalogue.names, names])[product],
            "category": np.concatenate([category_names()[catalogue.category], categories])[product],
            "channel": np.array(CHANNELS, dtype=object)[rows["channel"]],
            "quantity": rows["quantity"].astype(str),
            "unit_price": decimals(rows["price"].to_numpy()),
            "discount": decimals(rows["discount"].to_numpy()),
            "amount": decimals(rows["amount"].to_numpy()),
            "margin": decimals(rows["margin"].to_numpy()),
            "currency": CURRENCY,
            "status": rows["status"],
            "refund_of": rows["refund_of"],
            "file": rows["file"],
        }
    )


def _customer_ids(rows: pd.DataFrame, people: People, calendar: Calendar) -> np.ndarray:
    """The id that the row's system knows: an alias, a number, a number as a spreadsheet spoils it, or none."""
    who, channel = rows["customer"].to_numpy(), rows["channel"].to_numpy()
    shown = np.where(channel == CHANNELS.index("marketplace"), people.aliases[who], people.ids[who])
    spoiled = (rows["file"].to_numpy() == dirt.float_file(calendar)) & (channel != CHANNELS.index("marketplace"))
    shown = np.where(spoiled, shown + ".0", shown)
    shown[who == GUEST] = ""
    test = who == TEST
    shown[test] = [f"TEST{1 + number % 5:02d}" for number in rows["number"].to_numpy()[test]]
    return shown


def write_orders(folder: Path, text: pd.DataFrame, calendar: Calendar) -> None:
    """One file per month; one of them with a BOM and blanks in its header."""
    for number, part in text.groupby("file", sort=True):
        header = ""
        if number == dirt.bom_file(calendar):
            header = "\ufeff" + ",".join(
                {"customer_id": " customer_id", "amount": "amount "}.get(name, name) for name in COLUMNS
            )
        write_csv(folder / f"orders-{calendar.labels[int(number)]}.csv", part[COLUMNS], header)


def identities(people: People, known: np.ndarray) -> pd.DataFrame:
    """One row per alias: customers who ordered at the marketplace at least once."""
    return pd.DataFrame({"alias_id": people.aliases[known], "customer_id": people.ids[known]})
