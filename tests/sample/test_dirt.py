"""The ledger of dirt in the truth file equals what the files hold, found by reading them as text."""

import pandas as pd


def whole(text: pd.Series) -> pd.Series:
    """Cents of an amount, from its text."""
    return text.str.replace(".", "", regex=False).astype("int64")


def content(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(columns=["line"])


def test_the_ledger_counts_the_rows_of_each_kind(rows, truth):
    month = rows["ordered_at"].str[:7]
    readable = ~rows["ordered_at"].str.startswith(("0000", "1970"))
    found = {
        "rows": len(rows),
        "cancellation_rows": rows["order_id"].str.startswith("C").sum(),
        "cancelled_orders": rows.loc[rows["order_id"].str.startswith("C"), "refund_of"].nunique(),
        "duplicate_rows": content(rows).duplicated().sum(),
        "blank_customer_rows": (rows["customer_id"] == "").sum(),
        "test_rows": rows["customer_id"].str.startswith("TEST").sum(),
        "late_rows": (readable & (month < rows["file"])).sum(),
        "postage_rows": (rows["product_id"] == "POST").sum(),
        "gift_card_rows": (rows["product_id"] == "GIFT").sum(),
        "zero_price_rows": (rows["unit_price"] == "0.00").sum(),
        "unreadable_date_rows": rows["ordered_at"].str.startswith("0000-00-00").sum(),
        "epoch_date_rows": rows["ordered_at"].str.startswith("1970-01-01").sum(),
        "alias_id_rows": rows["customer_id"].str.startswith("MP").sum(),
        "float_id_rows": rows["customer_id"].str.endswith(".0").sum(),
    }
    assert {name: int(count) for name, count in found.items()} == {name: truth["dirt"][name] for name in found}
    assert all(count > 0 for count in found.values())


def test_the_ledger_counts_refunds_by_how_they_can_be_matched(rows, truth):
    refunds, sales = rows[rows["status"] == "refunded"], rows[rows["status"] == "paid"]
    pairs = set(zip(sales["customer_id"].str.removesuffix(".0"), sales["product_id"], strict=True))
    mine = list(zip(refunds["customer_id"].str.removesuffix(".0"), refunds["product_id"], strict=True))
    bought = pd.Series([pair in pairs for pair in mine], index=refunds.index)
    named, known = refunds["refund_of"] != "", refunds["refund_of"].isin(set(sales["order_id"]))
    sold = sales.drop_duplicates("order_id").set_index("order_id")["ordered_at"].str[:7]
    same = refunds.loc[named & known, "refund_of"].map(sold) == refunds.loc[named & known, "ordered_at"].str[:7]
    dirt = truth["dirt"]
    assert (~named & bought).sum() == dirt["refund_rows_without_reference"]
    assert ((named & ~known) | (~named & ~bought)).sum() == dirt["refund_rows_unmatched"]
    linked = dirt["refund_rows_same_month"] + dirt["refund_rows_later_month"] - dirt["refund_rows_without_reference"]
    assert len(same) == linked
    assert 0 < same.sum() <= dirt["refund_rows_same_month"]
    assert 0 < (~same).sum() <= dirt["refund_rows_later_month"]


def test_a_cancellation_takes_back_its_whole_order_within_the_month(rows):
    back = rows[rows["order_id"].str.startswith("C")]
    assert (back["order_id"].str[1:] == back["refund_of"]).all()
    sold = rows[rows["order_id"].isin(back["refund_of"])]
    amount = whole(sold["amount"]).groupby(sold["order_id"]).sum()
    taken = whole(back["amount"]).groupby(back["refund_of"]).sum()
    assert (amount + taken == 0).all()
    placed = sold.groupby("order_id")["ordered_at"].first()
    assert (back["refund_of"].map(placed).str[:7] == back["ordered_at"].str[:7]).all()
    assert (back["refund_of"].map(placed) <= back["ordered_at"]).all()


def test_amounts_are_exact_to_the_cent(rows):
    price, discount, amount = (whole(rows[name]) for name in ("unit_price", "discount", "amount"))
    assert (rows["quantity"].astype("int64") * price - discount == amount).all()
    assert ((rows["quantity"].astype("int64") < 0) == rows["status"].isin(["cancelled", "refunded"])).all()


def test_one_file_has_a_bom_and_blanks_in_its_header(company):
    heads = {path.name: path.read_bytes()[:200] for path in company.glob("orders-*.csv")}
    broken = [name for name, head in heads.items() if head.startswith(b"\xef\xbb\xbf")]
    assert broken == [name for name, head in heads.items() if b", customer_id," in head and b",amount ," in head]
    assert broken == ["orders-2024-02.csv"]


def test_the_other_tables_hold_the_gaps_that_the_ledger_names(tables, truth):
    feedback = tables["feedback"]
    assert (tables["customers"]["birth_year"] == "1900").sum() == truth["dirt"]["customers_with_default_birth_year"]
    assert (feedback["score"] == "99").sum() == truth["dirt"]["answers_coded_no_answer"]
    assert (feedback["score"] == "").sum() == truth["dirt"]["answers_with_blank_score"]
    assert (feedback["customer_id"] == "").sum() == truth["dirt"]["answers_without_customer"]
