"""The outbox: what was written, and what went to whom."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retention_helpers.errors import CallError, MachineError
from retention_helpers.publishing.mail.outbox import Outbox, Sent

NOW = datetime(2026, 11, 4, 5, 6, tzinfo=UTC)
ONE, TWO = (Sent(f"{name}@shop.example", "head", "2026-10", "2026-11-04T05:06:00+00:00", "run-1") for name in "ab")


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path, "sample", "2026-10")


def test_a_letter_is_written_whole_where_only_its_owner_reads_it(outbox: Outbox) -> None:
    path = outbox.write("head.en.eml", b"first")
    assert outbox.write("head.en.eml", b"second") == path
    assert path == outbox.reports / "_outbox" / "sample" / "2026-10" / "head.en.eml"
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in outbox.folder.iterdir()] == ["head.en.eml"]


@pytest.mark.parametrize("name", ["../x.eml", "a/b.eml", ".x", ""])
def test_a_name_that_leads_outside_is_refused(outbox: Outbox, name: str) -> None:
    with pytest.raises(CallError):
        outbox.write(name, b"x")


def test_who_got_a_mail_is_known_and_who_did_not_can_be_tried_again(outbox: Outbox) -> None:
    outbox.begin([ONE, TWO])
    assert {entry.state for entry in outbox.entries()} == {"sending"}
    outbox.settle([ONE, TWO], [ONE.to], NOW)
    assert outbox.served("head", "2026-10") == {ONE.to: ONE}
    assert outbox.served("analyst", "2026-10") == outbox.served("head", "2026-11") == {}


def test_a_later_settling_keeps_what_was_sent_before(outbox: Outbox) -> None:
    for entry in (ONE, TWO):
        outbox.begin([entry])
        outbox.settle([entry], [entry.to], NOW)
    assert outbox.entries() == [ONE, TWO]
    written = json.loads((outbox.folder / "sent.json").read_text(encoding="utf-8"))
    assert written["sent"][0] == {
        "to": "a@shop.example",
        "list": "head",
        "about": "2026-10",
        "at": "2026-11-04T05:06:00+00:00",
        "run_id": "run-1",
        "state": "sent",
    }


@pytest.mark.parametrize("text", ["", "[]", '{"sent": [{"to": "x"}]}', "{"])
def test_a_record_that_cannot_be_read_stops_the_mail(outbox: Outbox, text: str) -> None:
    outbox.write("sent.json", text.encode())
    with pytest.raises(MachineError, match="cannot be read"):
        outbox.entries()
