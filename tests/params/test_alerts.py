"""What is watched: the house's choice, what a company may change in it, and faults with their place."""

from pathlib import Path

import pytest

from retention_helpers.errors import ProfileError
from retention_helpers.params import Profile, load_profile
from tests.company import company

ORDERS = "customer_id,ordered_at,amount\na,2026-10-01,1\n"


def of(folder: Path, alerts: object, **more: object) -> Profile:
    """The profile of a company that changes what the house watches."""
    return company(folder, ORDERS, alerts=alerts, **more)


def test_the_house_watches_eight_key_figures_and_has_a_list_for_each() -> None:
    profile = load_profile("sample")
    assert profile.alerts.level == 0.05
    assert len(profile.alerts.watched) == 8
    assert set(profile.alerts.watched.values()) <= set(profile.audiences.lists)
    assert profile.alert_lists["churn_rate"] == "win_back.csv"


def test_a_company_changes_a_line_of_it_and_leaves_the_others(tmp_path: Path) -> None:
    profile = of(tmp_path, {"level": 0.02, "watched": {"nrr": None, "grr": "", "revenue": "thank_vip"}})
    assert profile.alerts.level == 0.02
    assert "nrr" not in profile.alerts.watched
    assert (profile.alert_lists["grr"], profile.alert_lists["revenue"]) == ("", "thank_vip.csv")
    assert profile.alert_lists["new_customers"] == "refer_a_friend.csv"


def test_where_a_company_has_no_such_list_none_is_named(tmp_path: Path) -> None:
    profile = of(tmp_path, {}, audiences={"lists": {"win_back": None}})
    assert profile.alert_lists["churn_rate"] == ""


@pytest.mark.parametrize(
    ("alerts", "told"),
    [
        ({"watched": {"churn": ""}}, r'alerts\.watched: "churn" is no key figure\. Did you mean "churn_rate"'),
        (
            {"watched": {"crr": "winback"}},
            r'alerts\.watched\.crr: there is no list "winback"\. Did you mean "win_back"',
        ),
        ({"watched": {"crr": "../x"}}, r"alerts\.watched\.crr"),
        ({"level": 0}, r"alerts\.level"),
        ({"level": 0.6}, r"alerts\.level"),
        ({"levels": 0.1}, r'alerts\.levels: there is no such setting\. Did you mean "level"'),
        ("all", r"alerts"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, alerts: object, told: str) -> None:
    with pytest.raises(ProfileError, match=told):
        of(tmp_path, alerts)
