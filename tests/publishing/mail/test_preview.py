"""A letter as a page."""

from pathlib import Path

from retention_helpers.publishing.mail.preview import preview_page
from tests.publishing.mail.letters import letter_of
from tests.publishing.mail.months import Reader


def test_a_preview_carries_its_pictures_and_asks_for_nothing(tmp_path: Path) -> None:
    page = preview_page(letter_of(tmp_path))
    pictures = [address for address in Reader(page).addresses if address.startswith("data:image/png;base64,")]
    assert len(pictures) == 7
    assert "cid:" not in page
    assert "default-src 'none'" in page
