"""The dirt that real exports have, in known numbers: what is added to the order lines, and the ledger of it."""

import numpy as np
import pandas as pd

from .calendar import Calendar
from .catalogue import GIFT_CARD, POSTAGE, Catalogue

POSTAGE_SHARE, GIFT_SHARE, SAMPLE_SHARE = 0.07, 0.008, 0.005  # of orders that carry such a line
POSTAGE_CENTS, GIFT_CENTS = 495, (2_500, 5_000, 10_000)
NO_REFERENCE_SHARE = 0.13  # of refunds
UNMATCHED, DUPLICATES = 80, 260  # rows at the size of 20,000 customers
MONEY = ["quantity", "discount", "amount", "margin"]


def spoil(
    rng: np.random.Generator, lines: pd.DataFrame, every: pd.DataFrame, catalogue: Catalogue, calendar: Calendar
) -> pd.DataFrame:
    """All rows as the exports hold them: the lines, and what cancellations, refunds, postage and mistakes add.

    Adds per row: document, refund_of, status, at, file (number of the month whose file holds it) and kind.
    """
    size = len(catalogue.codes)
    lines = _own_fates(rng, lines, every, size)
    lines = pd.concat([lines, *_extra_lines(rng, every, catalogue)], ignore_index=True)
    lines = lines.sort_values("order", kind="stable").reset_index(drop=True)
    facts = every.loc[lines["order"], ["number", "at", "channel", "customer", "fate"]].reset_index(drop=True)
    lines = pd.concat([lines.drop(columns=["customer", "month"], errors="ignore"), facts], axis=1)
    lines = lines.assign(document=lines["number"].astype(str), refund_of="", status="paid", sold_at=lines["at"])
    rows = pd.concat(
        [
            lines,
            _cancellations(rng, lines, calendar),
            _refunds(rng, lines, every, calendar),
            _unmatched(rng, lines, size, calendar),
        ],
        ignore_index=True,
    )
    returned = rows.loc[rows["status"] == "refunded", "at"].sort_values(kind="stable").index
    rows.loc[returned, "document"] = [f"R{10_001 + number}" for number in range(len(returned))]
    rows["file"] = calendar.month(rows["at"].to_numpy()) + (rows["fate"] == "late_row")
    rows["duplicate"] = False
    plain = np.flatnonzero((rows["kind"] == "sale") & (rows["fate"] == "plain"))
    twice = rows.loc[np.sort(rng.choice(plain, _scaled(DUPLICATES, every), replace=False))].assign(duplicate=True)
    rows = pd.concat([rows, twice], ignore_index=True)
    return rows.sort_values(["file", "at", "number"], kind="stable").reset_index(drop=True)


def _scaled(count: int, orders: pd.DataFrame) -> int:
    """So many of 20,000 customers' rows, for a company of another size; known by its highest customer number."""
    return max(round(count * (int(orders["customer"].max()) + 1) / 20_000), 2)


def _own_fates(rng: np.random.Generator, lines: pd.DataFrame, every: pd.DataFrame, size: int) -> pd.DataFrame:
    """Orders of a gift card only, and orders for nothing (replacements)."""
    fate = every["fate"].to_numpy()[lines["order"]]
    gift = fate == "gift_only"
    lines = lines.assign(kind="sale")
    lines.loc[gift, "product"] = size + 1
    lines.loc[gift, "price"] = rng.choice(GIFT_CENTS, int(gift.sum()))
    lines.loc[gift, ["quantity", "discount", "margin"]] = [1, 0, 0]
    lines.loc[gift, "amount"] = lines.loc[gift, "price"]
    lines.loc[gift, "kind"] = "gift"
    lines.loc[fate == "free", ["price", "discount", "amount", "margin"]] = 0
    lines.loc[fate == "free", "kind"] = "zero"
    return lines[~(gift & lines["order"].duplicated())]


def _extra_lines(rng: np.random.Generator, every: pd.DataFrame, catalogue: Catalogue) -> list[pd.DataFrame]:
    """Postage, gift cards and free samples as further lines of an order."""
    draw, size = rng.random((3, len(every))), len(catalogue.codes)
    regular = every["fate"].isin(["plain", "cancelled", "guest"]).to_numpy(bool)
    plain = (every["fate"] == "plain").to_numpy(bool)
    # channels 0 and 1 are web and app: what is sent by post
    post = np.flatnonzero(regular & (every["channel"] < 2).to_numpy(bool) & (draw[0] < POSTAGE_SHARE))
    gift, sample = np.flatnonzero(plain & (draw[1] < GIFT_SHARE)), np.flatnonzero(plain & (draw[2] < SAMPLE_SHARE))
    zero = np.zeros(len(sample), dtype=np.int64)
    return [
        _lines(post, size, np.full(len(post), POSTAGE_CENTS), "post").assign(margin=POSTAGE_CENTS // 5),
        _lines(gift, size + 1, rng.choice(GIFT_CENTS, len(gift)), "gift"),
        _lines(sample, rng.integers(0, size, len(sample)), zero, "zero"),
    ]


def _lines(order: np.ndarray, product: np.ndarray | int, price: np.ndarray, kind: str) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"order": order, "product": product, "quantity": 1, "price": price, "discount": 0, "amount": price, "margin": 0}
    )
    return frame.assign(kind=kind)


def _back(rows: pd.DataFrame, at: np.ndarray, status: str) -> pd.DataFrame:
    """The rows again with the opposite sign, at another moment."""
    rows = rows.assign(at=at, status=status, refund_of=rows["number"].astype(str))
    rows[MONEY] = -rows[MONEY]
    return rows


def _cancellations(rng: np.random.Generator, lines: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Whole orders taken back within their month, as documents ``C<order>``."""
    gone = lines[lines["fate"] == "cancelled"]
    wait = rng.random(int(gone["order"].max()) + 1)[gone["order"]]
    end = calendar.starts[calendar.month(gone["at"].to_numpy()) + 1] - 1
    at = gone["at"].to_numpy() + (wait * np.minimum(3 * 86_400, end - gone["at"].to_numpy())).astype(np.int64)
    back = _back(gone, at, "cancelled")
    return back.assign(
        document="C" + gone["number"].astype(str), kind=gone["kind"].map(lambda kind: f"cancelled_{kind}")
    )


def _refunds(rng: np.random.Generator, lines: pd.DataFrame, every: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """One line of an order taken back later, as a document ``R...``; some without the order's number."""
    sold = lines[(lines["kind"] == "sale") & (lines["fate"] == "plain")]
    due = every["refund_at"].to_numpy()[sold["order"]]
    sold = sold[(due > 0) & (due < calendar.end)]
    sold = sold.iloc[rng.permutation(len(sold))].drop_duplicates("order").sort_values("order", kind="stable")
    back = _back(sold, every["refund_at"].to_numpy()[sold["order"]], "refunded").assign(kind="refund")
    unnamed = rng.random(len(back)) < NO_REFERENCE_SHARE
    back.loc[unnamed, ["refund_of", "kind"]] = ["", "refund_without_reference"]
    return back


def _unmatched(rng: np.random.Generator, lines: pd.DataFrame, size: int, calendar: Calendar) -> pd.DataFrame:
    """Refunds of what no row ever sold: half name an order from before the exports, half name none."""
    count = _scaled(UNMATCHED, lines)
    sold = lines[(lines["kind"] == "sale") & (lines["fate"] == "plain")]
    like = sold.iloc[np.sort(rng.choice(len(sold), count, replace=False))].copy()
    bought = set(zip(lines["customer"], lines["product"], strict=True))
    products = like["product"].to_numpy().copy()
    for place, customer in enumerate(like["customer"]):
        while (customer, products[place]) in bought:
            products[place] = rng.integers(0, size)
    at = np.minimum(like["at"].to_numpy() + rng.integers(3_600, 20 * 86_400, count), calendar.end - 1)
    back = _back(like, at, "refunded").assign(product=products, kind="refund_unmatched")
    named = np.arange(count) % 2 == 0
    back["refund_of"] = np.where(named, (390_000 + rng.integers(0, 9_000, count)).astype(str), "")
    return back


def ledger(rows: pd.DataFrame, calendar: Calendar) -> dict[str, int]:
    """Rows of each kind of dirt in the order files; a row can be of several kinds (a guest's postage)."""
    kind, fate = rows["kind"].astype(str), rows["fate"]
    # matched refunds carry the moment of their order's number; the month of the sale comes from the order book
    refund = kind.isin(["refund", "refund_without_reference"])
    same = refund & (calendar.month(rows["at"].to_numpy()) == calendar.month(rows["sold_at"].to_numpy()))
    numbered = ~rows["fate"].isin(["guest", "test"]) & (rows["channel"] != 3)
    return {
        "rows": len(rows),
        "cancellation_rows": int(kind.str.startswith("cancelled_").sum()),
        "cancelled_orders": int(rows.loc[kind.str.startswith("cancelled_"), "number"].nunique()),
        "refund_rows_same_month": int(same.sum()),
        "refund_rows_later_month": int((refund & ~same).sum()),
        "refund_rows_without_reference": int((kind == "refund_without_reference").sum()),
        "refund_rows_unmatched": int((kind == "refund_unmatched").sum()),
        "duplicate_rows": int(rows["duplicate"].sum()),
        "blank_customer_rows": int((fate == "guest").sum()),
        "test_rows": int((fate == "test").sum()),
        "late_rows": int((fate == "late_row").sum()),
        "postage_rows": int(kind.str.endswith("post").sum()),
        "gift_card_rows": int(kind.str.endswith("gift").sum()),
        "zero_price_rows": int((rows["price"] == 0).sum()),
        "unreadable_date_rows": int((fate == "unreadable_date").sum()),
        "epoch_date_rows": int((fate == "epoch_date").sum()),
        "alias_id_rows": int((~rows["fate"].isin(["guest", "test"]) & (rows["channel"] == 3)).sum()),
        "float_id_rows": int((numbered & (rows["file"] == float_file(calendar))).sum()),
        "files_with_bom_and_header_blanks": 1,
    }


def float_file(calendar: Calendar) -> int:
    """The month whose file holds ids like ``10234.0``, as spreadsheets make them."""
    return calendar.months // 2 - 2


def bom_file(calendar: Calendar) -> int:
    """The month whose file starts with a BOM and has blanks in its header."""
    return calendar.months // 12


PRODUCTS_BESIDE = ((POSTAGE, "Postage and packing", "Services"), (GIFT_CARD, "Gift card", "Services"))
