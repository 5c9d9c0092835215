"""Tests here read a handful of rows each."""

import pytest

from retention_helpers import engine


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "THREADS", 1)
