"""The mail of a month from the published folder to a real server."""

import email
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from pathlib import Path

import pytest
import yaml

from retention_helpers import cli
from retention_helpers.errors import CallError, MailError, NotebookError, PeriodError
from retention_helpers.params import load_profile
from retention_helpers.pipeline.mailing import MailRequest, mail_month
from tests.publishing.mail.months import fail, publish
from tests.publishing.mail.postbox import HOST, Postbox, postbox
from tests.publishing.tiny import everything_below

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute

LISTS = {
    "head": {"to": ["head@shop.example"], "notebooks": ["summary"], "attach": "html"},
    "analyst": {"to": ["${ANALYSTS}"], "attach": "none", "subject": "{company}, {month}"},
}
FAILURES = {"to": ["watch@shop.example"]}
NOW = datetime(2026, 11, 4, 5, 6, tzinfo=UTC)

Mail = Callable[..., list[str]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company named sample with recipients of its own, and settings of a server that nobody runs."""
    (tmp_path / "sample.yaml").write_text(
        (load_profile("sample").folder / "sample.yaml").read_text(encoding="utf-8")
        + "\nrecipients: people.yaml\nreports_url: https://reports.example\n",
        encoding="utf-8",
    )
    people(tmp_path)
    for name, value in {"HOST": HOST, "FROM": "reports@shop.example", "USER": "reports", "PASSWORD": "right"}.items():
        monkeypatch.setenv(f"RETENTION_SMTP_{name}", value)
    monkeypatch.setenv("ANALYSTS", "ann@shop.example,bob@shop.example")
    return tmp_path


def people(shop: Path, **more: object) -> None:
    content = {"lists": LISTS, "failures": FAILURES} | more
    (shop / "people.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def mail(shop: Path, box: Postbox | None = None, **more: object) -> list[str]:
    """What the command says; sent when there is a postbox."""
    said: list[str] = []
    values = {"profile": str(shop / "sample.yaml"), "now": NOW, "reports": shop / "reports", "sleep": lambda wait: None}
    with pytest.MonkeyPatch.context() as patch:
        if box is not None:
            patch.setenv("RETENTION_SMTP_PORT", str(box.port))
            values |= {"send": True, "context": box.context}
        mail_month(MailRequest(**(values | more)), said.append)
    return said


def outbox(shop: Path) -> Path:
    return shop / "reports" / "_outbox" / "sample" / "2026-10"


def sent(shop: Path) -> list[tuple[str, str, str]]:
    entries = json.loads((outbox(shop) / "sent.json").read_text(encoding="utf-8"))["sent"]
    return sorted((entry["list"], entry["to"], entry["state"]) for entry in entries)


def test_each_list_has_its_letter_in_the_outbox_and_nothing_is_sent_unless_told(shop: Path) -> None:
    publish(shop / "reports")
    before = everything_below(shop / "reports")
    mail(shop)
    assert sorted(path.name for path in outbox(shop).iterdir()) == ["analyst.en.eml", "head.en.eml"]
    after = everything_below(shop / "reports")
    assert {name: after[name] for name in before} == before
    found = email.message_from_bytes((outbox(shop) / "analyst.en.eml").read_bytes(), policy=policy.default)
    assert found["Subject"] == "Sample company, October 2026"
    assert found["To"] == "ann@shop.example, bob@shop.example"
    assert (
        "https://reports.example/sample/2026-10/summary.html#fig-summary_line"
        in found.get_body(("html",)).get_content()
    )
    assert list(found.iter_attachments()) == []


def test_what_was_written_is_what_arrives_and_it_arrives_once(shop: Path) -> None:
    publish(shop / "reports")
    with postbox("451 later", "451 later") as box:
        mail(shop, box)
        again = mail(shop, box)
    assert [envelope.rcpt_tos for envelope in box.arrived] == [
        ["head@shop.example"],
        ["ann@shop.example", "bob@shop.example"],
    ]
    written = [(outbox(shop) / name).read_bytes() for name in ("head.en.eml", "analyst.en.eml")]
    assert [envelope.content for envelope in box.arrived] == written
    assert again == [f"{name}: went out already, 2026-11-04T05:06:00+00:00." for name in ("head", "analyst")]
    assert sent(shop) == [
        ("analyst", "ann@shop.example", "sent"),
        ("analyst", "bob@shop.example", "sent"),
        ("head", "head@shop.example", "sent"),
    ]


def test_a_month_that_is_published_anew_does_not_go_out_twice(shop: Path) -> None:
    month = publish(shop / "reports")
    with postbox() as box:
        mail(shop, box)
        manifest = json.loads((month / "manifest.json").read_text(encoding="utf-8"))
        (month / "manifest.json").write_text(json.dumps(manifest | {"run_id": "run-9"}), encoding="utf-8")
        mail(shop, box)
    assert len(box.arrived) == 2


def test_whoever_was_refused_is_named_and_the_others_have_their_mail(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shop / "reports")
    monkeypatch.setenv("ANALYSTS", "gone@shop.example,bob@shop.example")
    with postbox() as box:
        with pytest.raises(MailError, match=r"analyst: gone@shop.example: 550 5.1.1 no such user"):
            mail(shop, box)
        assert len(box.arrived) == 2
        monkeypatch.setenv("ANALYSTS", "ann@shop.example,bob@shop.example")
        mail(shop, box)
    assert box.arrived[2].rcpt_tos == ["ann@shop.example"]


def test_a_wrong_password_sends_nothing_and_a_later_call_sends_all(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(shop / "reports")
    with postbox() as box:
        with monkeypatch.context() as patch:
            patch.setenv("RETENTION_SMTP_PASSWORD", "wr0ng")
            with pytest.raises(MailError, match="password not accepted") as caught:
                mail(shop, box)
        assert "wr0ng" not in str(caught.value)
        assert (box.arrived, sent(shop)) == ([], [])
        mail(shop, box)
    assert len(box.arrived) == 2


def test_a_mail_that_a_killed_run_left_half_way_is_not_sent_again_but_named(shop: Path) -> None:
    publish(shop / "reports")
    with postbox() as box:
        mail(shop, box)
        path = outbox(shop) / "sent.json"
        half = json.loads(path.read_text(encoding="utf-8"))
        half["sent"][0]["state"] = "sending"
        path.write_text(json.dumps(half), encoding="utf-8")
        with pytest.raises(MailError, match="was cut off while it sent"):
            mail(shop, box)
    assert len(box.arrived) == 2


def test_a_failed_month_is_told_to_those_who_hear_of_failures_once_and_to_nobody_else(shop: Path) -> None:
    publish(shop / "reports")
    fail(shop / "reports")
    with postbox() as box:
        for _ in range(2):
            with pytest.raises(NotebookError, match="2026-10 failed"):
                mail(shop, box)
        assert [envelope.rcpt_tos for envelope in box.arrived] == [["watch@shop.example"]]
        fail(shop / "elsewhere", run_id="run-3").replace(
            shop / "reports" / "_failed" / "sample" / "2026-10" / "cohorts" / "failure.json"
        )
        with pytest.raises(NotebookError):
            mail(shop, box)
    assert len(box.arrived) == 2
    assert sorted(path.name for path in outbox(shop).iterdir()) == ["failures.en.eml", "sent.json"]
    text = email.message_from_bytes(box.arrived[0].content, policy=policy.default).get_body(("plain",)).get_content()
    assert "ValueError: x" in text


def test_a_failed_month_is_a_failed_month_when_the_server_refuses_the_letter(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shop / "reports")
    fail(shop / "reports")
    monkeypatch.setenv("RETENTION_SMTP_PASSWORD", "wr0ng")
    with postbox() as box, pytest.raises(NotebookError, match=r"2026-10 failed \(cohorts\)(.|\n)*not accepted"):
        mail(shop, box)
    assert sent(shop) == []


def test_a_failed_month_is_a_failed_month_when_nobody_is_there_to_hear_of_it(shop: Path) -> None:
    publish(shop / "reports")
    fail(shop / "reports")
    for listening in ({"to": ["${NOBODY_HERE}"]}, None):
        people(shop, failures=listening)
        with postbox() as box, pytest.raises(NotebookError, match="2026-10 failed"):
            mail(shop, box)
        assert box.arrived == []


def test_the_last_month_that_was_tried_is_the_one_that_is_mailed(shop: Path) -> None:
    publish(shop / "reports", period="2026-08")
    publish(shop / "reports")
    mail(shop)
    assert (outbox(shop) / "head.en.eml").is_file()
    fail(shop / "reports", period="2026-11")
    with pytest.raises(NotebookError, match="2026-11 failed"):
        mail(shop)


@pytest.mark.parametrize(
    ("more", "error"), [({"failed": ["cohorts"]}, NotebookError), ({"is_complete": False}, PeriodError)]
)
def test_a_partial_or_incomplete_month_writes_nothing(shop: Path, more: dict, error: type[Exception]) -> None:
    publish(shop / "reports", **more)
    before = everything_below(shop)
    with pytest.raises(error):
        mail(shop)
    assert everything_below(shop) == before


def test_where_nothing_was_published_there_is_nothing_to_mail_and_nothing_is_left_behind(shop: Path) -> None:
    before = everything_below(shop)
    for period, said in (("", "no month was published"), ("2026-10", "was not published"), ("october", "not a period")):
        with pytest.raises(CallError, match=said):
            mail(shop, period=period)
    assert everything_below(shop) == before
    assert not (shop / "reports").exists()


def test_a_letter_that_neither_carries_nor_reaches_the_report_is_refused(shop: Path) -> None:
    publish(shop / "reports")
    profile = shop / "sample.yaml"
    profile.write_text(profile.read_text(encoding="utf-8").replace("reports_url: https://reports.example", ""), "utf-8")
    with pytest.raises(CallError, match="neither carry the report nor lead to it"):
        mail(shop)
    assert not outbox(shop).exists()


def test_a_list_whose_addresses_are_not_set_is_written_and_the_others_are_sent(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shop / "reports")
    monkeypatch.delenv("ANALYSTS")
    with postbox() as box:
        said = mail(shop, box)
    assert len(box.arrived) == 1
    assert any("for nobody yet: ANALYSTS is not set" in line for line in said)


def test_when_there_is_nobody_to_send_to_the_call_is_refused(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(shop / "reports")
    people(shop, lists={"analyst": LISTS["analyst"]})
    monkeypatch.delenv("ANALYSTS")
    with postbox() as box, pytest.raises(CallError, match="Set ANALYSTS"):
        mail(shop, box)
    assert not outbox(shop).exists()


def test_a_list_that_the_month_has_nothing_for_gets_no_mail_and_is_named(shop: Path) -> None:
    publish(shop / "reports")
    people(shop, lists={"support": {"to": [], "notebooks": ["feedback"]}})
    assert mail(shop) == ["support: 2026-10 has none of its notebooks (feedback): no mail."]


def test_a_manager_gets_a_letter_about_their_own_customers(shop: Path) -> None:
    folder = publish(shop / "reports") / "tables" / "risk"
    folder.mkdir(parents=True)
    (folder / "customers_by_manager.csv").write_text(
        "manager,list,customer_id\nM01,at risk,c1\nM02,at risk,c2\n", encoding="utf-8"
    )
    people(shop, lists={}, managers={"M01": {"to": ["m1@shop.example"]}})
    with postbox() as box:
        said = mail(shop, box)
    assert "manager M02: is not in the recipients: no mail." in said
    (arrived,) = box.arrived
    text = email.message_from_bytes(arrived.content, policy=policy.default).get_body(("plain",)).get_content()
    assert "at risk: 1 customer\nc1\n" in text.replace("\r\n", "\n")
    assert "c2" not in text


def test_the_command_sends_over_tls_that_the_machine_trusts_and_ends_with_5_when_it_does_not(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(shop / "reports")
    call = ["mail", "--profile", str(shop / "sample.yaml"), "--reports", str(shop / "reports"), "--send"]
    with postbox() as box:
        monkeypatch.setenv("RETENTION_SMTP_PORT", str(box.port))
        assert cli.main(call) == 5
        assert "certificate is not trusted" in capsys.readouterr().err
        authority = shop / "authority.pem"
        box.authority.cert_pem.write_to_path(str(authority))
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert cli.main(call) == 0
    assert len(box.arrived) == 2


def test_a_preview_writes_pages_and_no_letters(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(shop / "reports")
    call = ["mail", "--profile", str(shop / "sample.yaml"), "--reports", str(shop / "reports"), "--preview"]
    assert cli.main(call) == 0
    assert sorted(path.name for path in outbox(shop).iterdir()) == ["analyst.en.html", "head.en.html"]
    assert f"Preview: {outbox(shop) / 'head.en.html'}" in capsys.readouterr().out


def test_two_writings_of_one_month_are_equal_but_for_their_date(shop: Path) -> None:
    publish(shop / "reports")
    mail(shop)
    first = everything_below(outbox(shop))
    mail(shop, now=NOW.replace(hour=9))
    later = everything_below(outbox(shop))
    for name in first:
        a, b = (
            [line for line in content[name].splitlines() if not line.startswith(b"Date")] for content in (first, later)
        )
        assert a == b
