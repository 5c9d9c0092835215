"""Tests here build facts: in a cache of their own."""

from pathlib import Path

import pytest

from retention_helpers import engine


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # A handful of rows is built faster by one thread than by two that wait for each other.
    monkeypatch.setattr(engine, "THREADS", 1)
    monkeypatch.setenv("RETENTION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
