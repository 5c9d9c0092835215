"""Who is held out of a list: the same everywhere, of the share asked for, and independent of all else."""

import itertools
from datetime import date
from math import comb

import pandas as pd
import pytest

from retention_helpers.metrics.audiences import audience_rows
from retention_helpers.metrics.digests import digest_bound
from tests.metrics.audience_base import Company, a_list, arm_of, settings


def drawn(campaign: str, customers: int, share: float) -> pd.Series:
    """Arm by customer, of a list whose campaign begins in the month of its name."""
    name, _, period = campaign.partition("-")
    last_day = date(int(period[:4]), int(period[5:]), 28 if period.endswith("02") else 30)
    company = Company({f"c{number:05d}": "A" for number in range(customers)})
    con = company.base()
    labels = {"rfm_segment": con.table("labelled")}
    wanted = settings({name: a_list(holdout_share=share)})
    rows = audience_rows(con, labels, as_of=last_day, settings=wanted)
    return rows.project("customer_id, arm").df().set_index("customer_id")["arm"].sort_index()


def test_the_arm_is_the_same_in_every_run_and_on_every_machine() -> None:
    arms = drawn("back-2026-09", 300, 0.25)
    assert arms.equals(drawn("back-2026-09", 300, 0.25))
    assert arms.to_dict() == {who: arm_of(who, "back-2026-09", 0.25) for who in arms.index}
    # Written down once: whoever changes how it is drawn breaks every chain under way.
    assert [who for who in arms.index if arms[who] == "control"][:5] == FIRST_CONTROLS


FIRST_CONTROLS = ["c00000", "c00001", "c00002", "c00009", "c00014"]


@pytest.mark.slow
def test_the_hold_out_has_its_share_in_every_campaign_and_campaigns_are_independent() -> None:
    customers, share = 4000, 0.2
    campaigns = ["back-2026-09", "back-2026-11", "other-2026-09", "thanks-2026-06"]
    held = {campaign: drawn(campaign, customers, share) == "control" for campaign in campaigns}
    for campaign, who in held.items():
        assert abs(who.sum() - customers * share) < 4 * (customers * share * (1 - share)) ** 0.5, campaign
    for one, other in itertools.combinations(campaigns, 2):
        both = (held[one] & held[other]).sum()
        expected = customers * share**2
        assert abs(both - expected) < 4 * (expected * (1 - share**2)) ** 0.5, (one, other)


@pytest.mark.slow
def test_the_hold_out_is_independent_of_the_customers_bucket_and_number() -> None:
    held = drawn("back-2026-09", 4000, 0.5) == "control"
    for group in range(8):
        part = held.iloc[group::8]
        tail = sum(comb(500, k) for k in range(min(part.sum(), 500 - part.sum()) + 1)) / 2**500
        assert tail > 1e-4, group


@pytest.mark.slow
def test_a_share_of_nothing_holds_out_nobody_and_a_larger_share_only_adds() -> None:
    few, more = (drawn("back-2026-09", 500, share) == "control" for share in (0.1, 0.4))
    assert not (drawn("back-2026-09", 500, 0.0) == "control").any()
    assert more[few].all()
    assert digest_bound(0.1) < digest_bound(0.4)
