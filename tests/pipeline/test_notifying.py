"""The alerts of a published month in a chat: a real HTTP server, told once, and no secret anywhere."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from retention_helpers import cli
from retention_helpers.errors import CallError, MailError, NotebookError
from retention_helpers.params import load_profile
from retention_helpers.pipeline.mailing import MailRequest, mail_month
from retention_helpers.publishing import channels
from retention_helpers.publishing.channels import VARIABLE, channels_of
from tests.publishing.chatroom import chatroom
from tests.publishing.mail.months import fail, publish
from tests.publishing.mail.postbox import HOST, postbox

NOW = datetime(2026, 11, 4, 5, 6, tzinfo=UTC)
ALERT = {
    "headline": "Fewer customers ordered: 1,244",
    "sentence": "Most of it: customers of the channel web. Ask jane@shop.example",
    "size": "−12.0% (−15.0% to −9.0%) against October 2025",
    "audience": "reactivate.csv",
    "kpi": "active_customers",
    "notebook": "summary",
}
SECRETS = ("pa55word", "secret-token", "127.0.0.1")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company named sample that is served somewhere, and reaches the machine itself without a proxy."""
    (tmp_path / "sample.yaml").write_text(
        (load_profile("sample").folder / "sample.yaml").read_text(encoding="utf-8")
        + "\nrecipients: people.yaml\nreports_url: https://reports.example\n",
        encoding="utf-8",
    )
    people = {"lists": {"head": {"to": ["head@shop.example"], "notebooks": ["summary"], "attach": "none"}}}
    (tmp_path / "people.yaml").write_text(yaml.safe_dump(people | {"failures": None}), encoding="utf-8")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path


def tell(shop: Path, **more: object) -> list[str]:
    said: list[str] = []
    values = {"profile": str(shop / "sample.yaml"), "now": NOW, "reports": shop / "reports", "alerts_only": True}
    mail_month(MailRequest(**(values | more)), said.append)
    return said


def everything_written(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".png"]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def test_a_channel_hears_the_alerts_once_and_no_file_or_line_knows_its_address(
    shop: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    publish(shop / "reports", alerts=[ALERT])
    with chatroom() as room:
        monkeypatch.setenv(VARIABLE, f"{room.address('a')}, {room.address('b')}")
        assert tell(shop) == ["alerts: sent to json.", "alerts: sent to json."]
        assert tell(shop) == ["alerts: json: went out already, 2026-11-04T05:06:00+00:00."] * 2
    assert [path for path, _ in room.arrived] == ["/a", "/b"]
    body = room.arrived[0][1]
    assert body["title"] == "Sample company: 1 alert, October 2026"
    assert body["message"].splitlines() == [
        "Fewer customers ordered: 1,244",
        "−12.0% (−15.0% to −9.0%) against October 2025",
        "Most of it: customers of the channel web. Ask (…)",
        "",
        "https://reports.example/sample/2026-10/index.html",
    ]
    entries = json.loads((shop / "reports/_outbox/sample/2026-10/sent.json").read_text(encoding="utf-8"))["sent"]
    assert [(entry["list"], entry["state"], entry["to"][:5]) for entry in entries] == [("alerts", "sent", "json-")] * 2
    written = everything_written(shop) + caplog.text + "".join(capsys.readouterr())
    assert not [secret for secret in SECRETS if secret in written]


def test_of_a_calm_month_nobody_hears(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(shop / "reports")
    with chatroom() as room:
        monkeypatch.setenv(VARIABLE, room.address())
        assert tell(shop) == []
    assert room.arrived == []
    assert not (shop / "reports" / "_outbox").exists()


def test_a_service_that_is_down_is_named_without_its_address_and_tried_again_by_the_next_call(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    publish(shop / "reports", alerts=[ALERT])
    with chatroom() as room:
        monkeypatch.setenv(VARIABLE, room.address())
        room.answer = 500
        words = ["mail", "--alerts", "--profile", str(shop / "sample.yaml"), "--reports", str(shop / "reports")]
        assert cli.main(words) == MailError.exit_code
        said = capsys.readouterr().err
        assert said.startswith("error: alerts not delivered: json did not take the message.")
        assert not [secret for secret in SECRETS if secret in said]
        room.answer = 200
        assert tell(shop) == ["alerts: sent to json."]
    with pytest.MonkeyPatch.context() as patch:  # nobody is listening there any more
        patch.setenv(VARIABLE, room.address("another"))
        with pytest.raises(MailError, match=r"json did not take the message"):
            tell(shop)


@pytest.mark.parametrize(("addresses", "told"), [("nonsense", "address 1 is"), ("foo://x", r"address 1 \(foo://\) is")])
def test_an_address_that_nobody_knows_is_refused_before_anything_is_sent(
    shop: Path, monkeypatch: pytest.MonkeyPatch, addresses: str, told: str
) -> None:
    publish(shop / "reports", alerts=[ALERT])
    monkeypatch.setenv(VARIABLE, addresses)
    with pytest.raises(CallError, match=told):
        tell(shop)


def test_without_a_channel_or_without_apprise_the_call_says_what_to_set(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shop / "reports", alerts=[ALERT])
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(CallError, match=f"Set {VARIABLE}"):
        tell(shop)
    monkeypatch.setenv(VARIABLE, "json://shop.example")
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    with pytest.raises(CallError, match=r"pip install -r requirements-alerts\.txt"):
        tell(shop)


def test_who_was_being_told_when_a_run_was_killed_is_named_and_not_told_again(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shop / "reports", alerts=[ALERT])
    with chatroom() as room:
        monkeypatch.setenv(VARIABLE, room.address())
        tell(shop)
        path = shop / "reports/_outbox/sample/2026-10/sent.json"
        path.write_text(path.read_text(encoding="utf-8").replace('"sent",', '"sending",'), encoding="utf-8")
        with pytest.raises(MailError, match="was cut off while it told json-"):
            tell(shop)
    assert len(room.arrived) == 1


def test_a_failed_month_has_no_alerts_to_tell(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(shop / "reports", alerts=[ALERT])
    fail(shop / "reports")
    monkeypatch.setenv(VARIABLE, "json://shop.example")
    with pytest.raises(NotebookError, match="2026-10 failed"):
        tell(shop)


def test_mail_that_is_sent_tells_the_channels_too_and_neither_keeps_the_other(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shop / "reports", alerts=[ALERT])
    values = {"HOST": HOST, "FROM": "reports@shop.example", "USER": "reports", "PASSWORD": "right"}
    for name, value in values.items():
        monkeypatch.setenv(f"RETENTION_SMTP_{name}", value)
    with postbox("550 no") as box, chatroom() as room:
        monkeypatch.setenv("RETENTION_SMTP_PORT", str(box.port))
        monkeypatch.setenv(VARIABLE, room.address())
        send = {"alerts_only": False, "send": True, "sleep": lambda _: None, "context": box.context}
        with pytest.raises(MailError, match=r"head@shop\.example"):
            tell(shop, **send)
        assert (len(box.arrived), len(room.arrived)) == (0, 1)
        room.answer = 500
        monkeypatch.setenv(VARIABLE, room.address("new"))
        with pytest.raises(MailError, match="alerts not delivered: json"):
            tell(shop, **send)
        assert (len(box.arrived), len(room.arrived)) == (1, 1)
        tell(shop, alerts_only=False)  # writes, sends nothing
    assert len(room.arrived) == 1


def test_addresses_are_divided_where_the_next_one_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "json://a.example/x,y json://b.example\njsons://c.example,json://d.example,")
    found = channels_of("sample 2026-10")
    assert [channel.address for channel in found] == [
        "json://a.example/x,y",
        "json://b.example",
        "jsons://c.example",
        "json://d.example",
    ]
    assert len({channel.key for channel in found}) == 4
    assert "example" not in repr(found)
    other = channels_of("sample 2026-11")
    assert {channel.key for channel in other}.isdisjoint({channel.key for channel in found})


def test_an_error_inside_a_service_is_a_message_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "json://a.example")
    (channel,) = channels_of("sample 2026-10")

    def broken(address: str) -> None:
        raise RuntimeError(address)

    monkeypatch.setattr(channels, "_apprise", broken)
    assert channels.tell(channel, channels.Message("t", "b")) is False
