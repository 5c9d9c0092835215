"""The message on the wire."""

import email
import re
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from retention_helpers.errors import CallError
from retention_helpers.publishing.mail.attachment import Attachment
from retention_helpers.publishing.mail.letter import Letter
from retention_helpers.publishing.mail.message import build
from tests.publishing.mail.letters import envelope, letter_of
from tests.publishing.mail.months import figure, finding, kpi, notebook

pytestmark = pytest.mark.slow  # left to `make test`: the fast gate stays under a minute

HTML_BYTES, WHOLE_BYTES = 40 * 1024, 300 * 1024
ZIP = Attachment("retention-2026-10.zip", "application/zip", b"PK")


def opened(message: bytes) -> EmailMessage:
    return email.message_from_bytes(message, policy=policy.default)


def shape(part: EmailMessage) -> object:
    kind = part.get_content_type()
    return (kind, [shape(inner) for inner in part.iter_parts()]) if part.is_multipart() else kind


def test_a_message_has_the_shape_that_mail_programs_know(tmp_path: Path) -> None:
    letter = letter_of(tmp_path, notebook("summary", kpis=[kpi("a")], figures=[figure("line")]))
    found = opened(build(letter, envelope(), [ZIP]))
    related = ("multipart/related", ["text/html", "image/png", "image/png"])
    alternative = ("multipart/alternative", ["text/plain", related])
    assert shape(found) == ("multipart/mixed", [alternative, "application/zip"])
    assert [item.get_filename() for item in found.iter_attachments()] == ["retention-2026-10.zip"]
    assert found.get_body(("plain",)).get_content().replace("\r\n", "\n") == letter.text
    assert found.get_body(("html",)).get_content().replace("\r\n", "\n") == letter.html


def test_every_content_id_of_the_html_is_in_the_message_and_none_besides(tmp_path: Path) -> None:
    found = opened(build(letter_of(tmp_path), envelope()))
    named = set(re.findall(r'src="cid:([^"]+)"', found.get_body(("html",)).get_content()))
    carried = {part["Content-ID"].strip("<>") for part in found.walk() if part["Content-ID"]}
    assert named == carried
    assert len(named) == 7


def test_the_head_says_who_when_and_how_to_leave(tmp_path: Path) -> None:
    found = opened(build(letter_of(tmp_path, subject="Утримання: жовтень"), envelope("a@b.example", "c@d.example")))
    assert found["From"] == "Sample company <reports@shop.example>"
    assert found["To"] == "a@b.example, c@d.example"
    assert found["Subject"] == "Утримання: жовтень"
    assert found["Date"] == "Wed, 04 Nov 2026 05:06:00 +0000"
    assert found["List-Id"] == "<retention-head.shop.example>"
    assert found["List-Unsubscribe"] == "<mailto:reports@shop.example?subject=unsubscribe%20head>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Content-Language"] == "en"
    assert "List-Unsubscribe-Post" not in found
    assert all(byte < 128 for byte in build(letter_of(tmp_path / "b"), envelope()))


def test_a_letter_for_nobody_yet_has_an_empty_group(tmp_path: Path) -> None:
    assert opened(build(letter_of(tmp_path), envelope(to=())))["To"] == "head:;"


def test_the_same_letter_gives_the_same_bytes_but_for_date_and_message_id(tmp_path: Path) -> None:
    first = build(letter_of(tmp_path / "a"), envelope(), [ZIP])
    assert build(letter_of(tmp_path / "b"), envelope(), [ZIP]) == first
    later = envelope(at=envelope().at.replace(day=9), report="sample 2026-10 run-2")
    changed = build(letter_of(tmp_path / "c"), later, [ZIP])
    different = [a for a, b in zip(changed.splitlines(), first.splitlines(), strict=True) if a != b]
    assert [line.split(b":")[0] for line in different] == [b"Date", b"Message-ID"]


def test_a_message_id_belongs_to_report_list_language_and_readers(tmp_path: Path) -> None:
    letter = letter_of(tmp_path)
    envelopes = [envelope(), envelope(list="analyst"), envelope("x@y.example"), envelope(report="run-2")]
    ids = {opened(build(letter, item))["Message-ID"] for item in envelopes}
    assert len(ids) == 4


@pytest.mark.parametrize("text", ["x\r\nBcc: evil@x.example", "x\nBcc: evil@x.example", "x\x00", "x\u2028y"])
@pytest.mark.parametrize("where", ["subject", "sender_name", "sender", "to", "list"])
def test_a_text_that_would_write_a_header_of_its_own_is_refused(tmp_path: Path, text: str, where: str) -> None:
    letter = letter_of(tmp_path, subject=text if where == "subject" else "x")
    more = {} if where == "subject" else {where: (text,) if where == "to" else text}
    with pytest.raises(CallError):
        build(letter, envelope(**more))


@pytest.mark.parametrize(
    "address", ["a@b.example, c@d.example", "A <a@b.example>", "a@b.example>", "a b@c.example", ""]
)
def test_an_address_that_is_more_than_one_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(CallError, match="is no mail address"):
        build(letter_of(tmp_path), envelope(address))


def long_letter(folder: Path) -> Letter:
    """A full mail in the longest language: two bytes a letter, sentences of three lines."""
    words = "Удержание действующих клиентов за октябрь 2026: 33,2 % (95-процентный интервал от 30,8 % до 35,6 %). " * 3
    many = notebook(
        "summary",
        figures=[
            figure(name, headline=words[:120], sentence=words, subtitle=words[:160], caption=words[:200], alt=words)
            for name in "abcd"
        ],
        findings=[finding(name, headline=words[:120]) for name in "abcd"],
        kpis=[kpi(name, name=words[:50], description=words[:70]) for name in "abcd"],
    )
    return letter_of(folder, many, subject=words[:100])


def test_a_full_mail_in_the_longest_language_keeps_to_its_weight(tmp_path: Path) -> None:
    message = build(long_letter(tmp_path), envelope())
    (html,) = [part for part in opened(message).walk() if part.get_content_type() == "text/html"]
    assert len(html.as_bytes()) <= HTML_BYTES
    assert len(message) <= WHOLE_BYTES


def test_no_line_is_longer_than_mail_servers_take(tmp_path: Path) -> None:
    assert max(map(len, build(long_letter(tmp_path), envelope()).splitlines())) <= 998
