"""CDNOW from its file to the published table: the counts of METRICS, section 1, and their two variants."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from retention_helpers.params.files import PARAMS
from tests.calls import Place, once
from tests.end_to_end.conftest import Published

pytestmark = pytest.mark.slow

# Month -> (retained, base).
NEW = {"1997-02": (1157, 7846), "1997-03": (1312, 8476), "1997-04": (1032, 7248), "1997-05": (0, 0)}
EXISTING = {
    "1997-02": (262, 844),
    "1997-03": (679, 2048),
    "1997-04": (1027, 3232),
    "1997-05": (852, 2822),
    "1997-06": (747, 2214),
    "1998-06": (446, 1488),
}
NEW_DROPPED = {"1997-02": (1155, 7814), "1997-03": (1311, 8455), "1997-04": (1032, 7231)}
EXISTING_DROPPED = {"1997-02": (262, 844), "1997-03": (679, 2047), "1997-04": (1027, 3231), "1997-05": (852, 2822)}
EXISTING_MERGED = {"1997-02": (246, 753), "1997-03": (659, 1951), "1997-04": (1014, 3150)}


def counts(table: pd.DataFrame, kind: str, months: dict) -> dict[str, tuple[int, int]]:
    rows = table.set_index("month").loc[list(months), [f"{kind}_retained", f"{kind}_base"]]
    return {month: (int(row.iloc[0]), int(row.iloc[1])) for month, row in rows.iterrows()}


def test_monthly_retention_begins_with_the_promised_columns(cdnow: Published) -> None:
    assert (cdnow.calls[0].code, cdnow.calls[0].err) == (0, "")
    columns = list(cdnow.place.table("cdnow", "1998-06", "summary/monthly_retention"))
    assert columns[:10] == [
        "month", "new_customers", "existing_customers", "new_base", "new_retained", "new_retention_rate",
        "existing_base", "existing_retained", "existing_retention_rate", "overlap_customers",
    ]  # fmt: skip
    rates = ("new_retention_rate", "existing_retention_rate")
    assert {f"{rate}_{end}" for rate in rates for end in ("low", "high")} <= set(columns)


def test_monthly_retention_holds_every_known_count(cdnow: Published) -> None:
    table = cdnow.place.table("cdnow", "1998-06", "summary/monthly_retention")
    assert counts(table, "new", NEW) == NEW
    assert counts(table, "existing", EXISTING) == EXISTING
    may = table.set_index("month").loc["1997-05"]
    assert pd.isna(may["new_retention_rate"])  # nobody to retain: missing, not 0
    assert may["existing_retention_rate"] == pytest.approx(852 / 2822)


def test_cohorts_and_ledger_of_cdnow_agree_with_it(cdnow: Published) -> None:
    cohorts = cdnow.place.table("cdnow", "1998-06", "cohorts/cohort_retention")
    active = {name: rows["active_customers"].tolist()[:4] for name, rows in cohorts.groupby("cohort")}
    assert active == {
        "1997-01": [7846, 1157, 964, 810],
        "1997-02": [8476, 1312, 980, 783],
        "1997-03": [7248, 1032, 752, 756],
    }
    ledger = cdnow.place.table("cdnow", "1998-06", "summary/ledger")
    ends = ledger["customers_start"] - ledger["lost"] + ledger["returned"] + ledger["new_customers"]
    assert len(ledger) == 18
    assert ends.tolist() == ledger["customers_end"].tolist()


def variant(factory: pytest.TempPathFactory, name: str, rules: dict[str, str]) -> pd.DataFrame:
    """The table under other order rules, from a profile in a folder of its own."""

    def make(place: Place) -> list:
        profile = yaml.safe_load((PARAMS / "profiles" / "cdnow.yaml").read_text(encoding="utf-8"))
        profile["orders"] |= rules
        path = place.folder / "elsewhere" / f"{name}.yaml"
        path.parent.mkdir()
        path.write_text(yaml.safe_dump(profile), encoding="utf-8")
        # Named from where the call is made, as a person would.
        return [place.run(path.relative_to(place.folder), "--period", "1998-06", "--notebooks", "summary")]

    place, calls = once(factory, name, make)
    assert (calls[0].code, calls[0].err) == (0, "")
    assert not (place.published(name, "1998-06") / "cohorts.html").exists()
    return place.table(name, "1998-06", "summary/monthly_retention")


def test_orders_of_one_day_merged_give_the_known_counts(
    retention_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = variant(tmp_path_factory, "cdnow_merged", {"same_day_orders": "merge"})
    assert counts(table, "existing", EXISTING_MERGED) == EXISTING_MERGED
    assert counts(table, "new", NEW) == NEW


def test_orders_of_nothing_dropped_give_the_known_counts(
    retention_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = variant(tmp_path_factory, "cdnow_dropped", {"zero_amount_orders": "drop"})
    assert counts(table, "new", NEW_DROPPED) == NEW_DROPPED
    assert counts(table, "existing", EXISTING_DROPPED) == EXISTING_DROPPED
