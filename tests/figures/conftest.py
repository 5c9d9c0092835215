"""One of each figure, drawn once; and figures without their picture for mails, where a test looks at the page alone."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import pytest

from retention_helpers.figures import Figure, ReadableTable, figure
from retention_helpers.words import Words
from tests.figures.drawings import ALL
from tests.figures.samples import speak


class _Drawn(Mapping[str, Figure | ReadableTable]):
    """Each sample figure in one language, drawn when it is first asked for."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._draw: Callable[[str], Figure | ReadableTable] = lru_cache(lambda name: ALL[name](words))

    def __getitem__(self, name: str) -> Figure | ReadableTable:
        return self._draw(name)

    def __iter__(self):
        return iter(ALL)

    def __len__(self) -> int:
        return len(ALL)


@pytest.fixture(scope="session")
def english() -> _Drawn:
    return _Drawn(speak())


@pytest.fixture(scope="session")
def russian() -> _Drawn:
    return _Drawn(speak("ru", "UAH"))


@pytest.fixture
def without_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture for mails takes as long to make as the two drawings of the page."""
    monkeypatch.setattr(figure, "to_png", lambda canvas: b"")
