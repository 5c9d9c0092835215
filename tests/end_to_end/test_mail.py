"""The mail of the sample's month: what a stakeholder gets, weighed and read."""

import email
import re
import shutil
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from retention_helpers import cli
from retention_helpers.publishing import browser
from tests.end_to_end.conftest import Published
from tests.publishing.mail.months import Reader, numbers, one_line

pytestmark = pytest.mark.slow


@pytest.fixture
def letters(sample: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[bytes]]:
    """Every letter of the month's two editions, which two runs made from the same input, as without a browser."""
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "NAMES", ())
    found: dict[str, list[bytes]] = {}
    months = [path for path in (sample.place.reports / "sample").iterdir() if path.is_symlink()]
    period = next(path.name for path in months if path.name != "first")
    for month in months:
        reports = tmp_path / month.name
        shutil.copytree(month, reports / "sample" / period)
        assert cli.main(["mail", "--profile", "sample", "--reports", str(reports)]) == 0
        for path in (reports / "_outbox" / "sample" / period).glob("*.eml"):
            found.setdefault(path.name, []).append(path.read_bytes())
    return found


def opened(message: bytes) -> EmailMessage:
    return email.message_from_bytes(message, policy=policy.default)


def test_every_role_has_a_letter(letters: dict[str, list[bytes]]) -> None:
    roles = ("head", "retention_manager", "analyst", "marketing_automation", "support")
    assert set(letters) == {f"{role}.en.eml" for role in roles}


def test_a_letter_is_light_and_says_every_number_in_its_text_too(letters: dict[str, list[bytes]]) -> None:
    for message, _ in letters.values():
        letter = opened(message)
        attached = sum(len(part.as_bytes()) for part in letter.iter_attachments())
        assert len(letter.get_body(("html",)).as_bytes()) <= 40 * 1024
        assert attached > 0
        assert len(message) - attached <= 300 * 1024
        html, text = (letter.get_body((kind,)).get_content() for kind in ("html", "plain"))
        shown = numbers(Reader(html).text)
        assert len(shown) > 5  # who does not get every notebook reads fewer
        assert shown <= numbers(one_line(text))
        assert set(re.findall(r'src="cid:([^"]+)"', html)) == {
            part["Content-ID"].strip("<>") for part in letter.walk() if part["Content-ID"]
        }


def test_two_runs_of_a_month_give_the_same_letter_but_for_date_and_message_id(letters: dict[str, list[bytes]]) -> None:
    for first, second in letters.values():
        pairs = zip(first.splitlines(), second.splitlines(), strict=True)
        assert {a.split(b":")[0] for a, b in pairs if a != b} <= {b"Date", b"Message-ID"}
