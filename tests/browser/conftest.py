"""The sample's month in every language, and a browser to look at it.

A browser lives as long as a module: the loop that drives it must not meet those of other tests.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from retention_helpers.params import load_profile
from retention_helpers.pipeline.notebooks import find_notebooks, missing_tables
from retention_helpers.words import LOCALES
from tests.end_to_end.conftest import Published, in_all_languages, sample

__all__ = ["in_all_languages", "sample"]

# What the month must have, known before it is published: its tests have these names.
NOTEBOOKS = [path.stem for path in find_notebooks() if not missing_tables(path, load_profile("sample"))]
FOLDERS = {locale: "" if locale == load_profile("sample").locale else f"{locale}/" for locale in LOCALES}


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        yield context


@pytest.fixture(scope="module")
def month(in_all_languages: Published) -> Path:
    """The published month."""
    (found,) = (path for path in (in_all_languages.place.reports / "sample").iterdir() if path.is_symlink())
    return found
