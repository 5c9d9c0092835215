"""The lists of the house and what a company may change in them; a fault is told with its place."""

from pathlib import Path
from typing import Any, get_args

import pytest

from retention_helpers.errors import ProfileError
from retention_helpers.metrics.life_stages import STAGES
from retention_helpers.params import Audiences, load_profile
from retention_helpers.params.audiences import ADDRESSES, FIELDS, LifeStage, house_audiences
from tests.company import company

ORDERS = "customer_id,ordered_at,amount\na,2026-10-01,1\n"


def settings(folder: Path, own: object) -> Audiences:
    """The settings of a company that changes the house's."""
    return company(folder, ORDERS, audiences=own).audiences


def test_the_house_has_a_list_for_each_action_and_gives_no_address_away() -> None:
    house = load_profile("sample").audiences
    assert list(house.lists) == ["win_back", "reactivate", "raise_to_vip", "keep_new", "refer_a_friend", "thank_vip"]
    assert house.identifiers == ()
    assert house.consent == "recorded"
    assert [step.name for step in house.lists["win_back"].steps] == ["reminder", "offer", "bonus"]
    for name in house.lists:
        assert not set(house.columns_of(name)) & set(ADDRESSES)
        assert house.lists[name].holdout_share > 0
    assert house.among(load_profile("sample").segment_rules.names) is house


def test_every_destination_of_the_house_names_every_field_that_it_knows_and_the_five_differ() -> None:
    found = load_profile("sample").audiences.destinations
    assert list(found) == ["plain", "klaviyo", "mailchimp", "hubspot", "salesforce"]
    assert list(found["klaviyo"].columns.values())[:2] == ["Email", "Phone Number"]
    assert found["mailchimp"].columns["email"] == "Email Address"
    assert found["hubspot"].columns["customer_id"] == "Customer ID"
    assert found["salesforce"].columns["campaign_id"] == "Campaign_ID__c"
    assert tuple(found["plain"].columns) == FIELDS
    for name in ("klaviyo", "mailchimp", "hubspot", "salesforce"):
        assert set(FIELDS) - set(found[name].columns) == {"email_hash", "purpose", "channel"}


def test_the_stages_are_those_of_the_metric() -> None:
    assert get_args(LifeStage) == STAGES


def test_a_company_changes_one_line_takes_a_list_away_and_adds_one(tmp_path: Path) -> None:
    added = {"life_stage": ["lapsed"], "purpose": "win_back", "channel": "sms", "steps": [{"name": "call"}]}
    own = {
        "identifiers": ["phone"],
        "lists": {"win_back": {"holdout_share": 0.5}, "thank_vip": None, "lapsed_by_sms": added},
    }
    found = settings(tmp_path, own)
    assert found.lists["win_back"].holdout_share == 0.5
    assert found.lists["win_back"].steps[2].name == "bonus"
    assert "thank_vip" not in found.lists
    assert found.lists["lapsed_by_sms"].label == "life_stage"
    assert "phone" in found.columns_of("lapsed_by_sms")
    assert "phone" not in found.columns_of("win_back")  # an address is for the channel that was agreed to
    assert house_audiences()["lists"]["thank_vip"]  # the house's own are as they were


def test_a_list_may_choose_by_stage_instead_of_segment(tmp_path: Path) -> None:
    found = settings(tmp_path, {"lists": {"win_back": {"rfm_segment": None, "life_stage": ["lapsed", "at_risk"]}}})
    assert found.lists["win_back"].values == ("lapsed", "at_risk")


def test_facts_do_not_depend_on_lists(tmp_path: Path) -> None:
    assert "audiences" not in company(tmp_path, ORDERS, audiences={"rest_days": 300}).model_dump()


LIST = {"rfm_segment": ["New"], "purpose": "welcome", "steps": [{"name": "hello"}]}


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"identifers": []}, r'audiences.identifers: there is no such setting. Did you mean "identifiers"'),
        ({"lists": {"win_back": {"chanel": "sms"}}}, r'audiences.lists.win_back.chanel: .* Did you mean "channel"'),
        ({"lists": {"x": LIST | {"steps": [{"nam": "a"}]}}}, r'lists.x.steps.0.nam: .* Did you mean "name"'),
        ({"next_product": {"product": 3}}, r'audiences.next_product.product: .* Did you mean "products"'),
        ({"destinations": {"plain": {"needs_adress": True}}}, r'Did you mean "needs_address"'),
        (
            {"lists": {"win_back": {"destination": "klavio"}}},
            r'there is no destination "klavio". Did you mean "klaviyo"',
        ),
        ({"lists": {"win_back": {"destination": "klaviyo"}}}, r"klaviyo knows people by their address.*Add email to"),
        ({"lists": {"x": LIST | {"channel": "push", "destination": "mailchimp"}}}, r"would hold none. Choose another"),
        ({"lists": {"x": LIST | {"life_stage": ["new"]}}}, r"exactly one of: rfm_segment, life_stage"),
        ({"lists": {"x": LIST | {"life_stage": ["nwe"], "rfm_segment": None}}}, r"lists.x.life_stage.0"),
        ({"lists": {"x": LIST | {"rfm_segment": ["New", "New"]}}}, r'"New" stands there twice'),
        ({"lists": {"x": LIST | {"holdout_share": 1}}}, r"lists.x.holdout_share"),
        ({"lists": {"x": LIST | {"steps": []}}}, r"lists.x.steps"),
        ({"lists": {"x": LIST | {"steps": [{"name": "a", "days_after": 200}]}}}, r"rest_days is 120"),
        ({"lists": {"../x": LIST}}, r"lists.../x"),
        ({"lists": {"a-b": LIST}}, r"lists.a-b"),
        (
            {"destinations": {"plain": {"columns": {"emal": "E"}}}},
            r'"emal" is not a field of a list. Did you mean "email"',
        ),
        ({"destinations": {"mine": {"columns": {"customer_id": "id"}}}}, r"no column for campaign_id, step, arm"),
        ({"destinations": {"plain": {"columns": {"arm": "step"}}}}, r'"step" stands there twice'),
        ({"destinations": {"plain": {"columns": {"arm": "=1+1"}}}}, r"cannot head a column"),
        ({"destinations": {"plain": {"columns": {"arm": "a\nb"}}}}, r"cannot head a column"),
        ({"identifiers": ["email", "email"]}, r'"email" stands there twice'),
        ({"identifiers": ["name"]}, r"audiences.identifiers.0"),
        ({"consent": "yes"}, r"audiences.consent"),
        ([1], r"audiences: "),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, own: Any, said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        settings(tmp_path, own)


def test_a_segment_that_the_companys_rules_do_not_have_is_named(tmp_path: Path) -> None:
    found = settings(tmp_path, {"lists": {"win_back": {"rfm_segment": ["Lost royal"]}}})
    with pytest.raises(
        ProfileError, match=r'win_back.rfm_segment: there is no segment "Lost royal". Did you mean "Lost l'
    ):
        found.among(["New", "Lost loyal"])


@pytest.mark.parametrize(
    ("columns", "channels"),
    [("email,phone", {"email", "sms"}), ("email_hash", {"email"}), ("phone", {"sms"}), ("city", set())],
)
def test_a_channel_has_addresses_where_the_company_gives_them(tmp_path: Path, columns: str, channels: set) -> None:
    people = f"customer_id,{columns}\na{',x' * (columns.count(',') + 1)}\n"
    assert company(tmp_path, ORDERS, others={"customers": people}).channels_with_addresses == channels
    assert company(tmp_path / "b", ORDERS).channels_with_addresses == set()


def test_a_campaign_of_ours_is_measured_as_its_list_says_and_any_other_as_the_house_does(tmp_path: Path) -> None:
    steps = [{"name": "reminder"}, {"name": "offer", "days_after": 14}]
    own = {
        "window_days": 30,
        "planned_holdouts": {"spring": 0.25, "win_back-2025-01": 0.5, 2026: 0.1},
        "lists": {
            "win_back": {"window_days": 60, "holdout_share": 0.2},
            "reactivate": {"steps": steps, "window_days": None},
        },
    }
    found = settings(tmp_path, own)
    names = (
        "win_back-2026-10",
        "reactivate-2026-10",
        "spring",
        "win_back-10",
        "other_list-2026-10",
        "win_back-2025-01\n",
    )
    assert [found.window_of(name) for name in names] == [60, 14 + 30, 30, 30, 30, 30]
    plans = {
        name: found.planned_holdout(name) for name in ("win_back-2026-10", "win_back-2025-01", "spring", "2026", "x")
    }
    assert plans == {"win_back-2026-10": 0.2, "win_back-2025-01": 0.5, "spring": 0.25, "2026": 0.1, "x": None}


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"lists": {"win_back": {"window_days": 28}}}, "its last step comes after 28 days, but window_days is 28"),
        ({"window_days": 0}, "window_days"),
        ({"planned_holdouts": {"spring": 1}}, "spring"),
    ],
)
def test_a_window_or_a_plan_that_measures_nothing_is_refused(tmp_path: Path, own: object, told: str) -> None:
    with pytest.raises(ProfileError, match=told):
        settings(tmp_path, own)
