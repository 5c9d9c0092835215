"""A company that commands are tried on."""

from collections.abc import Iterator

import pytest

from retention_helpers.report import ensure_facts
from tests.bad_calls import HEADER, LINES
from tests.calls import Place
from tests.company import company


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A company with facts, and something published that no bad call may touch."""
    folder = tmp_path_factory.mktemp("machine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETENTION_CACHE", str(folder / "cache"))
        patch.delenv("NOT_SET_ANYWHERE", raising=False)
        profile = company(folder / "good", "\n".join([HEADER, *LINES]))
        ensure_facts(profile).close()
        month = folder / "reports" / "company" / ".versions" / "2024-03" / "run"
        month.mkdir(parents=True)
        (month / "index.html").write_text("published", encoding="utf-8")
        (folder / "reports" / "company" / "2024-03").symlink_to(".versions/2024-03/run")
        (folder / "file").write_text("no folder", encoding="utf-8")
        yield Place(folder)
