"""The source is read only when it changed."""

import os
from pathlib import Path

import pytest

from retention_helpers.errors import PeriodError, ProfileError, SourceError
from retention_helpers.params import load_profile
from retention_helpers.report import ensure_facts, open_report, ready_facts, survey
from retention_helpers.report import source as source_module
from tests.company import company, fact_rows

ORDERS = "customer_id,order_id,ordered_at,amount\na,1,2024-01-05,10\nb,2,2024-02-06,20\na,3,2024-03-07,5\n"


def test_facts_of_an_unchanged_source_are_ready_and_nothing_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = company(tmp_path, ORDERS)
    assert ready_facts(profile) is None
    ensure_facts(profile).close()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the source was read")

    monkeypatch.setattr(source_module, "survey", never)
    ensure_facts(profile).close()


def test_a_changed_source_or_profile_is_noticed(tmp_path: Path) -> None:
    profile = company(tmp_path, ORDERS)
    ensure_facts(profile).close()
    os.utime(tmp_path / "orders.csv", ns=(1, 1))
    assert ready_facts(profile) is None
    profile = company(tmp_path, ORDERS)
    ensure_facts(profile).close()
    assert ready_facts(company(tmp_path, ORDERS, rules={"zero_amount_orders": "keep"})) is None
    assert fact_rows(company(tmp_path, ORDERS + "c,4,2024-03-08,1\n"), "count(*)") == [(4,)]


def test_facts_are_the_same_in_every_language(tmp_path: Path) -> None:
    ensure_facts(company(tmp_path, ORDERS)).close()
    path = tmp_path / "company.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "locale: uk\nlocales: [ru]\n", encoding="utf-8")
    facts = ready_facts(load_profile(str(path)))
    assert facts is not None
    facts.close()


def test_a_source_that_has_gone_is_refused_though_its_facts_are_there(tmp_path: Path) -> None:
    profile = company(tmp_path, ORDERS)
    ensure_facts(profile).close()
    (tmp_path / "orders.csv").unlink()
    with pytest.raises(SourceError, match=r"orders.csv does not exist"):
        ensure_facts(profile)


def test_a_source_that_changes_while_it_is_read_makes_facts_that_are_not_ready(tmp_path: Path) -> None:
    profile = company(tmp_path, ORDERS)
    with survey(profile) as seen:
        os.utime(tmp_path / "orders.csv", ns=(1, 1))
        source_module.build(profile, seen, source_module.facts_folder(profile))
    assert ready_facts(profile) is None


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"signature": 1}'])
def test_a_damaged_note_of_what_was_built_is_no_loss(tmp_path: Path, own_cache: Path, note: str) -> None:
    profile = company(tmp_path, ORDERS)
    ensure_facts(profile).close()
    (own_cache / "company" / "built.json").write_text(note)
    assert ready_facts(profile) is None


def test_the_reach_of_the_data_is_given_or_the_latest_order(tmp_path: Path) -> None:
    for given, expected in ((None, "2024-03-07"), ("2024-03-31", "2024-03-31")):
        settings = {"data_through": given} if given else {}
        with survey(company(tmp_path, ORDERS, **settings)) as seen:
            assert str(seen.data_through) == expected


def test_the_reach_of_data_without_orders_is_that_of_the_other_tables(tmp_path: Path) -> None:
    feedback = {"feedback": "at,question,score\n2024-01-05,nps,9\n2024-02-20,nps,8\n"}
    with survey(company(tmp_path, others=feedback)) as seen:
        assert str(seen.data_through) == "2024-02-20"
    with (
        pytest.raises(ProfileError, match="Set data_through"),
        survey(company(tmp_path, others={"outcomes": "campaign_id,arm\nx,y\n"})),
    ):
        pass


def test_a_report_opens_at_the_last_complete_month(tmp_path: Path) -> None:
    company(tmp_path, ORDERS)
    path = str(tmp_path / "company.yaml")
    report = open_report("summary", profile=path)
    assert (report.period.label, report.is_complete, str(report.as_of)) == ("2024-02", True, "2024-02-29")
    assert report.who_is_counted()[["reason", "rows"]].values.tolist() == [["counted", 2]]
    assert report.facts("activity_cube")["month"].max() == report.period.index
    with pytest.raises(PeriodError, match="2024-03 is not complete"):
        open_report("summary", profile=path, period="2024-03")
    assert not open_report("summary", profile=path, period="2024-03", allow_incomplete=True).is_complete
