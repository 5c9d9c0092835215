"""A profile is read whole or refused with the file, the place in it, and what is expected there."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from retention_helpers.errors import ProfileError
from retention_helpers.params import load_profile

GOOD: dict[str, Any] = {
    "title": "Shop",
    "currency": "EUR",
    "timezone": "Europe/Kyiv",
    "tables": {
        "orders": {"source": "orders.csv", "columns": {"customer_id": "who", "ordered_at": "at", "amount": "sum"}},
    },
}


def refused(folder: Path, content: str | bytes | dict[str, Any], name: str = "shop.yaml") -> str:
    """The message with which a profile is refused."""
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(str(path))
    assert caught.value.exit_code == 2
    assert str(path) in str(caught.value)
    return str(caught.value)


def with_orders(**changes: Any) -> dict[str, Any]:
    return GOOD | {"tables": {"orders": GOOD["tables"]["orders"] | changes}}


def with_column(name: str, mapping: Any) -> dict[str, Any]:
    return with_orders(columns=GOOD["tables"]["orders"]["columns"] | {name: mapping})


def test_a_profile_is_named_by_its_file_and_finds_its_sources_beside_it(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(GOOD), encoding="utf-8")
    profile = load_profile(str(tmp_path / "shop.yaml"))
    assert (profile.name, profile.lapse_months, profile.months_active) == ("shop", 6, 6)
    assert profile.path_of(profile.tables["orders"][0]) == str(tmp_path / "orders.csv")


@pytest.mark.parametrize(("days", "months"), [(1, 1), (30, 1), (31, 2), (180, 6), (365, 12), (366, 13)])
def test_days_until_lapse_are_rounded_up_to_months(tmp_path: Path, days: int, months: int) -> None:
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(GOOD | {"lapse_days": days}), encoding="utf-8")
    assert load_profile(str(tmp_path / "shop.yaml")).lapse_months == months


def test_targets_are_numbers_by_key_figure_and_leave_the_facts_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(GOOD | {"targets": {"revenue": 200_000, "crr": 1.2}}))
    profile = load_profile(str(tmp_path / "shop.yaml"))
    assert profile.targets == {"revenue": 200_000.0, "crr": 1.2}
    assert "targets" not in profile.model_dump()


def test_codes_are_texts_however_yaml_reads_them(tmp_path: Path) -> None:
    content = with_column("channel", {"column": "c", "recode": {1: "web", False: None}})
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    profile = load_profile(str(tmp_path / "shop.yaml"))
    assert profile.tables["orders"][0].columns["channel"].recode == {"1": "web", "false": None}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("title: [unclosed", "is no YAML"),
        ("a: b: c", "is no YAML. line 1"),
        ("- a\n- b\n", "must be a mapping (key: value lines), found list"),
        ("", "must be a mapping"),
        ("!!python/object/apply:os.system ['true']", "is no YAML"),
        ("a: &x [1, 2]\nb: *x\n", "aliases (*name) are not allowed"),
        ("a: &x {b: *x}\n", "aliases (*name) are not allowed"),
        ("a: " + "[" * 20 + "]" * 20, "nested deeper than 12 levels"),
        (b"title: \xcf\xf0\xe8\xe2\xe5\xf2", "is not text in UTF-8"),
        ("a: " + "x" * 256_001, "larger than 256,000 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_what_is_no_mapping_of_settings_is_refused(tmp_path: Path, content: str | bytes, told: str) -> None:
    assert told in refused(tmp_path, content)


def test_a_text_nested_so_deep_that_the_parser_gives_up_is_refused(tmp_path: Path) -> None:
    assert "nested deeper" in refused(tmp_path, "a: " + "[" * 20_000 + "]" * 20_000)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD | {"titel": "x"}, 'titel: there is no such setting. Did you mean "title"?'),
        (GOOD | {"orders": {"duplicate": "keep"}}, 'Did you mean "duplicates"?'),
        (with_orders(delimeter=";"), 'Did you mean "delimiter"?'),
        (with_column("amount", {"colum": "x"}), 'Did you mean "column"?'),
        (with_orders(keep=[{"column": "x", "abov": 1}]), 'Did you mean "above"?'),
        (with_column("custmer_id", "x"), 'orders: "custmer_id" is not a column of ours. Did you mean "customer_id"?'),
        (GOOD | {"tables": {"order": GOOD["tables"]["orders"]}}, 'Did you mean "orders"?'),
        (GOOD | {"tables": {}}, "at least one of the tables orders, outcomes, feedback is needed"),
        (with_orders(columns={"customer_id": "who"}), "orders: no mapping for ordered_at, amount"),
        (with_orders(columns={"customer_id": "a", "ordered_at": "b", "quantity": "c"}), "no mapping for amount"),
        ({key: GOOD[key] for key in GOOD if key != "currency"}, "currency: Field required"),
        (GOOD | {"timezone": "Mars/Base"}, '"Mars/Base" is not a time zone; give one like Europe/Kyiv'),
        (GOOD | {"timezone": "../etc/passwd"}, "is not a time zone"),
        (with_column("ordered_at", {"column": "at", "zone": "Kiev"}), '"Kiev" is not a time zone'),
        (GOOD | {"currency": "EURO"}, '"EURO" is not a currency; give its three letters, like EUR'),
        (GOOD | {"currency": "KWD"}, "KWD has 3 decimals; amounts are kept in hundredths"),
        (with_column("amount", {"column": "a", "constant": "1"}), "give exactly one of: column, constant, parts"),
        (with_column("amount", {"recode": {"1": "2"}}), "give exactly one of: column, constant, parts"),
        (with_orders(keep=[{"column": "x"}]), "give exactly one of: above"),
        (with_orders(keep=[{"column": "x", "above": float("nan")}]), "finite number"),
        (GOOD | {"fatal": {"unreadable_date": 2}}, "less than or equal to 1"),
        (GOOD | {"lapse_days": 0}, "greater than or equal to 1"),
        (GOOD | {"locale": "xx"}, "locale: Input should be"),
        (GOOD | {"locales": ["ru", "xx"]}, "locales.1: Input should be"),
        (GOOD | {"targets": {"revenu": 1}}, 'targets: "revenu" is no key figure. Did you mean "revenue"?'),
        (GOOD | {"targets": {"churn_rate": 30}}, "targets: churn_rate: 30 is 3,000%; write 0.3 for 30%"),
        (GOOD | {"targets": {"nrr": 95}}, "targets: nrr: 95 is 9,500%; write 0.95 for 95%"),
        (GOOD | {"targets": {"revenue": "a lot"}}, "targets.revenue: Input should be a valid number"),
        (GOOD | {"targets": {"revenue": True}}, "targets.revenue: Input should be a valid number"),
        (GOOD | {"targets": {"crr": 0}}, "targets.crr: Input should be greater than 0"),
        (GOOD | {"targets": {"crr": float("inf")}}, "targets.crr: Input should be a finite number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_setting_is_refused_by_its_place(tmp_path: Path, content: dict[str, Any], told: str) -> None:
    assert told in refused(tmp_path, content)


def test_a_name_that_is_no_folder_name_is_refused(tmp_path: Path) -> None:
    assert "use letters, digits, - and _ only" in refused(tmp_path, GOOD, "my shop!.yaml")


def test_an_unknown_profile_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(
        ProfileError, match=r'no profile "online_retial". Did you mean "online_retail"\? Known: airline_loyalty, cdnow'
    ):
        load_profile("online_retial")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="there is no such file"):
        load_profile(str(tmp_path / "none.yaml"))


def test_a_source_may_lie_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(with_orders(source="${EXPORTS}/o.csv")), encoding="utf-8")
    profile = load_profile(str(tmp_path / "shop.yaml"))
    monkeypatch.setenv("EXPORTS", "/data")
    assert profile.path_of(profile.tables["orders"][0]) == "/data/o.csv"
    monkeypatch.delenv("EXPORTS")
    with pytest.raises(ProfileError, match="environment variable EXPORTS is not set"):
        profile.path_of(profile.tables["orders"][0])


@pytest.mark.parametrize("name", ["cdnow", "online_retail", "online_retail_positive_lines"])
def test_shipped_profiles_are_good_and_short(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert "orders" in profile.tables
