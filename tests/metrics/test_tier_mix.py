"""Members by tier, and who came and went: worked by hand, and against a twin that walks each member's events."""

from contextlib import closing
from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention_helpers import engine
from retention_helpers.metrics.tier_mix import tier_mix

AS_OF = date(2026, 6, 30)
COLUMNS = ["customer_id", "at", "event", "tier"]


def mix(events: pd.DataFrame) -> pd.DataFrame:
    with closing(engine.connect()) as con:
        con.register("memberships", events.assign(at=pd.to_datetime(events["at"], format="ISO8601")))
        return tier_mix(con, as_of=AS_OF)


def test_a_month_of_six_members_by_hand() -> None:
    rows = [
        ("stays", "2026-01-05", "join", "blue"),
        ("rises", "2026-01-05", "join", "blue"),
        ("rises", "2026-06-10", "tier", "gold"),
        ("falls", "2026-01-05", "join", "gold"),
        ("falls", "2026-06-10", "tier", "blue"),
        ("new", "2026-06-01", "join", None),
        ("gone", "2026-01-05", "join", "gold"),
        ("gone", "2026-06-30T23:00", "leave", None),
        ("late", "2026-07-01", "join", "gold"),  # after the month
        ("points", "2026-02-01", "earn", None),  # never joined
    ]
    found = mix(pd.DataFrame(rows, columns=COLUMNS)).set_index("tier")
    assert found.to_dict("index") == {
        "blue": {"before": 2, "came": 1, "went": 1, "now": 2},
        "gold": {"before": 2, "came": 1, "went": 2, "now": 1},
        "": {"before": 0, "came": 1, "went": 0, "now": 1},
    }


def test_without_tiers_there_is_no_mix() -> None:
    assert mix(pd.DataFrame([("a", "2026-01-05", "join", None)], columns=COLUMNS).astype({"tier": "str"})).empty


@pytest.mark.parametrize("seed", range(20))
def test_tiers_agree_with_walking_through_each_members_events(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names, kinds, tiers = "abcdefgh", ("join", "tier", "leave", "earn"), ("blue", "gold", None)
    times = pd.date_range("2026-05-20", "2026-07-05", periods=60)  # no two at once
    rows = [(names[rng.integers(8)], at, kinds[rng.integers(4)], tiers[rng.integers(3)]) for at in times]
    rows.append(("z", times[0], "join", "blue"))
    found = mix(pd.DataFrame(rows, columns=COLUMNS)).set_index("tier")
    before, now = (
        _held([row for row in rows if row[1] < pd.Timestamp(until)]) for until in ("2026-06-01", "2026-07-01")
    )
    for tier, row in found.iterrows():
        inside, still = ({name for name, one in held.items() if one == tier} for held in (before, now))
        assert row.to_dict() == {
            "before": len(inside), "came": len(still - inside), "went": len(inside - still), "now": len(still),
        }  # fmt: skip
    assert set(found.index) == set(before.values()) | set(now.values())


def _held(rows: list[tuple]) -> dict[str, str]:
    held: dict[str, str] = {}
    for name, _, event, tier in rows:
        if event == "leave":
            held.pop(name, None)
        elif event in ("join", "tier"):
            held[name] = tier or ""
    return held
