"""The mails of the sample's month, as pages: what a mail program on a desk or on a phone shows of them."""

import email
import shutil
from collections.abc import Iterator
from email import policy
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from retention_helpers import cli
from retention_helpers.params import load_profile
from retention_helpers.words import LOCALES
from tests.browser.visit import Visit, visited
from tests.end_to_end.conftest import LONGEST, Published

pytestmark = pytest.mark.slow

LETTERS = [f"reports/_outbox/sample/{{month}}/all_{locale}.{locale}.html" for locale in LOCALES]
LETTERS.append(f"failed/{LONGEST}/_outbox/sample/{{month}}/failures.{LONGEST}.html")
LOOKS = [(640, "light"), (640, "dark"), (390, "light")]

_IMAGES = "[...document.images].map(one => [one.complete && one.naturalWidth > 0, one.src.slice(0, 5)])"


@pytest.fixture(scope="module", params=LETTERS, ids=lambda letter: Path(letter).stem)
def letter(
    request: pytest.FixtureRequest, in_all_languages: Published, month: Path, context: BrowserContext
) -> Iterator[Visit]:
    with visited(context, in_all_languages.place.folder / request.param.format(month=month.name)) as visit:
        yield visit


@pytest.mark.parametrize("width", [640, 390, 320])
def test_a_mail_is_no_wider_than_its_window(letter: Visit, width: int) -> None:
    assert letter.look(width).overflow == 0


def test_a_mail_asks_for_nothing_and_all_its_pictures_are_there(letter: Visit) -> None:
    letter.look(640)
    images = letter.ask(_IMAGES)
    assert letter.path.stem.startswith("failures") or len(images) > 3
    assert images == [[True, "data:"]] * len(images)
    assert letter.requests == [letter.path.as_uri()]
    assert letter.messages == []


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def test_axe_finds_nothing(letter: Visit, look: tuple[int, str]) -> None:
    assert letter.look(*look).violations(only_colours=look[1] == "dark") == []


def test_a_mail_carries_the_report_as_pdfs_and_is_light_without_them(
    month: Path, chromium: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "sample.yaml"
    text = (load_profile("sample").folder / profile.name).read_text(encoding="utf-8")
    profile.write_text(f"{text}recipients: people.yaml\n", encoding="utf-8")
    people = "lists: {head: {to: [head@shop.example], notebooks: [summary, cohorts], attach: pdf}}\n"
    (tmp_path / "people.yaml").write_text(people, encoding="utf-8")
    shutil.copytree(month, tmp_path / "reports" / "sample" / month.name)
    assert cli.main(["mail", "--profile", str(profile), "--reports", str(tmp_path / "reports")]) == 0
    content = (tmp_path / "reports" / "_outbox" / "sample" / month.name / "head.en.eml").read_bytes()
    letter = email.message_from_bytes(content, policy=policy.default)
    pdfs = {part.get_filename(): part for part in letter.iter_attachments()}
    assert list(pdfs) == [f"{month.name}-summary.pdf", f"{month.name}-cohorts.pdf"]
    for part in pdfs.values():
        assert part.get_content_type() == "application/pdf"
        assert part.get_content().startswith(b"%PDF-")
    assert len(content) - sum(len(part.as_bytes()) for part in pdfs.values()) <= 300 * 1024
    assert f"The full report is attached: {', '.join(pdfs)}." in " ".join(
        letter.get_body(("plain",)).get_content().split()
    )
