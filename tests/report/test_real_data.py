"""The real data sets: every number that their descriptions list, from the source to who is counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from retention_helpers.facts import Facts, open_facts
from retention_helpers.params import load_profile
from retention_helpers.report import build, survey
from retention_helpers.report.counted import BOOKED, who_is_counted

END = date(2011, 12, 31)


@dataclass(frozen=True)
class Known:
    """A data set that was read and built once for all tests here."""

    problems: dict[str, tuple[int, str]]
    facts: Facts

    @property
    def counted(self) -> pd.DataFrame:
        return who_is_counted(self.facts.frame("row_ledger", as_of=END)).set_index("reason")


def known(name: str, folder: Path) -> Iterator[Known]:
    profile = load_profile(name)
    with survey(profile) as seen:
        build(profile, seen, folder)
        rows = {f"{row.check}": (row.rows, row.examples) for row in seen.problems.itertuples()}
    facts = open_facts(folder)
    yield Known(rows, facts)
    facts.close()


@pytest.fixture(scope="module")
def online_retail(retention_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    yield from known("online_retail", tmp_path_factory.mktemp("online_retail"))


@pytest.fixture(scope="module")
def positive_lines(retention_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    yield from known("online_retail_positive_lines", tmp_path_factory.mktemp("positive_lines"))


@pytest.fixture(scope="module")
def cdnow(retention_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    yield from known("cdnow", tmp_path_factory.mktemp("cdnow"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "rows"),
    [
        ("no_customer", 135_080),
        ("cancellation", 9_288),
        ("negative_quantity", 10_624),
        ("negative_without_cancellation", 1_336),
        ("zero_price", 2_515),
        ("negative_price", 2),
        ("refund_without_purchase", 948),
        ("customer_with_refunds_alone", 33),
        ("order_at_two_times", 43),
        ("code_in_both_cases", 112),
        ("lower_case_code", 1_977),
        ("product_with_several_names", 650),
        ("described_differently", 8),
        ("double_blanks", 19_971),
        ("odd_order_id", 3),
        ("recoded", 446),
        ("decimal_id", 541_909 - 135_080),
        ("non_product", 2_950),
        ("last_month_incomplete", 25_525),
        ("history_starts", 209_029),
    ],
)
def test_a_problem_of_online_retail_has_the_known_number(online_retail: Known, check: str, rows: int) -> None:
    assert online_retail.problems[check][0] == rows


@pytest.mark.slow
def test_problems_of_online_retail_show_their_rows(online_retail: Known) -> None:
    assert online_retail.problems["odd_order_id"][1] == "A563185, A563186, A563187"
    assert online_retail.problems["recoded"][1] == "country: Unspecified"
    assert online_retail.problems["last_month_incomplete"][1] == "2011-12 ends on 2011-12-09"
    assert "541431 77183.6" in online_retail.problems["extreme_amount"][1]


@pytest.mark.slow
def test_every_row_of_online_retail_is_booked_or_left_out_for_a_reason(online_retail: Known) -> None:
    counted = online_retail.counted
    assert counted["rows"].sum() == 541_909
    assert round(counted["amount"].sum() * 100) == 974_774_793
    assert counted.loc["duplicate", "rows"] == 5_268
    assert list(counted.index) == [
        "counted", "cancelled_in_month", "refund_later", "refund_unmatched", "duplicate", "no_customer", "zero_amount",
    ]  # fmt: skip


@pytest.mark.slow
def test_revenue_of_customers_is_what_was_booked(online_retail: Known) -> None:
    ledger = online_retail.facts.frame("row_ledger", as_of=END)
    months = online_retail.facts.frame("customer_months", as_of=END)
    assert months["revenue_cents"].sum() == ledger.loc[ledger["reason"].isin(BOOKED), "amount_cents"].sum()
    cube = online_retail.facts.frame("activity_cube", as_of=END)
    assert cube["orders"].sum() == online_retail.counted.loc["counted", "orders"]


@pytest.mark.slow
def test_positive_lines_are_those_of_the_published_table(positive_lines: Known) -> None:
    counted = positive_lines.counted
    assert counted.loc["counted", ["rows", "orders", "customers"]].tolist() == [397_884, 18_532, 4_338]
    assert round(counted.loc["counted", "amount"] * 100) == 891_140_790
    cube = positive_lines.facts.frame("activity_cube", as_of=END)
    firsts = cube[cube["month"] == cube["first_month"]].groupby("month")["customers"].sum()
    assert firsts.tolist() == [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41]


@pytest.mark.slow
def test_cdnow_has_its_rows_and_customers(cdnow: Known) -> None:
    assert cdnow.counted.loc["counted", ["rows", "orders", "customers"]].tolist() == [69_659, 69_659, 23_570]
    assert round(cdnow.counted["amount"].sum() * 100) == 250_031_563
    assert len(cdnow.facts.frame("customers", as_of=END)) == 23_570


@pytest.mark.slow
@pytest.mark.parametrize(
    ("month", "new", "existing"),
    [
        ("1997-02", (1157, 7846), (262, 844)),
        ("1997-03", (1312, 8476), (679, 2048)),
        ("1997-04", (1032, 7248), (1027, 3232)),
        ("1997-05", (0, 0), (852, 2822)),
        ("1997-06", (0, 0), (747, 2214)),
        ("1998-06", (0, 0), (446, 1488)),
    ],
)
def test_cdnow_retention_stands_in_the_cube(
    cdnow: Known, month: str, new: tuple[int, int], existing: tuple[int, int]
) -> None:
    year, number = month.split("-")
    now = int(year) * 12 + int(number) - 1
    cube = cdnow.facts.frame("activity_cube", as_of=END)
    before, kept = cube[cube["month"] == now - 1], cube[(cube["month"] == now) & (cube["previous_month"] == now - 1)]
    is_new = (before["first_month"] == now - 1, kept["first_month"] == now - 1)
    # Whose order before was not the first one: an older customer, or a new one with a second order in that month.
    is_existing = (~is_new[0] | before["several_now"], ~is_new[1] | kept["several_before"])
    found = [
        (int(kept.loc[again, "customers"].sum()), int(before.loc[base, "customers"].sum()))
        for base, again in (is_new, is_existing)
    ]
    assert found == [new, existing]
