"""The file of recipients: what it may say, and how a fault in it is told."""

from pathlib import Path

import pytest
import yaml

from retention_helpers.errors import ProfileError
from retention_helpers.params import MailList, load_profile, load_recipients
from retention_helpers.params.recipients import Recipients, is_address


def loaded(folder: Path, **content: object) -> Recipients:
    path = folder / "recipients.yaml"
    path.write_text(yaml.safe_dump({"lists": {}} | content), encoding="utf-8")
    return load_recipients(path)


def test_the_lists_of_the_house_are_named_by_role() -> None:
    found = load_recipients(load_profile("sample").recipients_path)
    assert set(found.lists) == {"head", "retention_manager", "analyst", "marketing_automation", "support"}
    assert found.failures is not None
    assert found.lists["analyst"].notebooks == "all"
    assert all(place.startswith("${") for wanted in found.lists.values() for place in wanted.to)


def test_addresses_stand_in_the_file_or_in_the_environment_and_each_counts_once() -> None:
    wanted = MailList(to=["a@shop.example", "${BOSSES}", "${NOBODY}"])
    found = wanted.resolve({"BOSSES": "b@shop.example, a@shop.example ,c@shop.example", "NOBODY": " "})
    assert found.addresses == ("a@shop.example", "b@shop.example", "c@shop.example")
    assert found.unset == ("NOBODY",)


@pytest.mark.parametrize("value", ["x", "a@b.example\nBcc: c@d.example", "A <a@b.example>", "a@b.example;c@d.example"])
def test_a_variable_that_holds_anything_but_addresses_is_named(value: str) -> None:
    with pytest.raises(ProfileError, match="BOSSES"):
        MailList(to=["${BOSSES}"]).resolve({"BOSSES": value})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"lists": {"head": {"to": ["nobody"]}}}, r'lists.head.to.0: "nobody" is no mail address'),
        ({"lists": {"head": {"to": ["a@b.example\nBcc: c@d.example"]}}}, "is no mail address"),
        ({"lists": {"head": {"to": [], "subjekt": "x"}}}, 'Did you mean "subject"'),
        ({"lists": {"head": {"to": [], "subject": "x\ny"}}}, "one line"),
        ({"lists": {"head": {"to": [], "subject": "{profile.folder}"}}}, "is not known in a subject"),
        ({"lists": {"head": {"to": [], "subject": "{month"}}}, "a brace"),
        ({"lists": {"head": {"to": [], "attach": "doc"}}}, "lists.head.attach"),
        ({"lists": {"head": {"to": [], "language": "de"}}}, "lists.head.language"),
        ({"lists": {"../head": {"to": []}}}, "lists.../head"),
        ({"lists": {"head": {"to": [], "notebooks": ["../x"]}}}, "notebooks"),
        ({"managers": {"a b": {"to": []}}}, "managers.a b"),
        ({"failure": {"to": []}}, 'Did you mean "failures"'),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, content: dict, said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        loaded(tmp_path, **content)


def test_a_company_may_have_recipients_of_its_own(tmp_path: Path) -> None:
    text = Path(load_profile("sample").folder / "sample.yaml").read_text(encoding="utf-8")
    path = tmp_path / "shop.yaml"
    path.write_text(f"{text}\nrecipients: people.yaml\nreports_url: https://reports.example/r/\n", encoding="utf-8")
    profile = load_profile(str(path))
    assert profile.recipients_path == tmp_path / "people.yaml"
    assert profile.reports_url == "https://reports.example/r/"
    assert "reports_url" not in profile.model_dump()


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", 'https://a.example/"x', "https://a.example/?q", "a.example"]
)
def test_an_address_of_the_reports_is_a_plain_one_of_the_web(tmp_path: Path, address: str) -> None:
    text = Path(load_profile("sample").folder / "sample.yaml").read_text(encoding="utf-8")
    path = tmp_path / "shop.yaml"
    path.write_text(f"{text}\nreports_url: {address!r}\n", encoding="utf-8")
    with pytest.raises(ProfileError, match="reports_url"):
        load_profile(str(path))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a.b+c@shop.example", True),
        ("root@localhost", True),
        ("a@b", True),
        ("a@@b.example", False),
        ("a@b.example\n", False),
        ("a..b@c.example", False),
        ("a@b..example", False),
        ("ä@b.example", False),
        (f"{'a' * 65}@b.example", False),
        ("@b.example", False),
    ],
)
def test_a_mail_address_is_one_plain_address(text: str, answer: bool) -> None:
    assert is_address(text) is answer
