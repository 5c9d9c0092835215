"""Takes pictures of the sample company's pages and mails, in the system's Chromium.

    python docs/make_pictures.py readme                 README's picture: the front page of the last month
    python docs/make_pictures.py screenshots [FOLDER]   every page and mail, in every language, window and scheme

The sample is published for them under .cache/pictures, by the commands that everybody calls; --keep takes what was
published there the last time.
"""

import argparse
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from retention_helpers.params.files import PARAMS, ROOT, cache_folder
from retention_helpers.publishing.browser import VARIABLE, find_chromium
from retention_helpers.words import LOCALES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURE = ROOT / "docs" / "summary.png"
SIZE, SCALE, COLOURS = (1200, 1100), 2, 96
MAX_BYTES = 250_000
# Name of a window -> its width and scheme, for pages and for mails.
PAGES = {"1200": (1200, "light"), "1200-dark": (1200, "dark"), "390": (390, "light"), "320": (320, "light")}
MAILS = {"640": (640, "light"), "640-dark": (640, "dark"), "390": (390, "light"), "320": (320, "light")}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("readme", "screenshots"))
    parser.add_argument("folder", type=Path, nargs="?", help="of the screenshots; default: .cache/pictures")
    parser.add_argument("--keep", action="store_true", help="publish nothing, take what is there")
    options = parser.parse_args(arguments)
    place = cache_folder() / "pictures"
    if options.what == "readme":
        month = published(place, (), keep=options.keep)
        PICTURE.write_bytes(front_page(month / "index.html"))
        print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1000:,.0f} KB")
    else:
        folder = options.folder or place
        print(f"{len(screenshots(published(place, LOCALES, keep=options.keep), folder))} pictures in {folder}")
    return 0


def published(place: Path, locales: tuple[str, ...], *, keep: bool) -> Path:
    """The last month of the sample, as it is or in all ``locales`` with a mail in each."""
    reports = place / ("reports-in-all-languages" if locales else "reports")
    if not keep:
        profile = "sample"
        if locales:
            profile = str(write_profile(place, locales))
        _command("sample")
        _command("run", "--profile", profile, "--reports", str(reports))
        if locales:
            _command("mail", "--profile", profile, "--reports", str(reports), "--preview")
    months = [path for path in (reports / "sample").glob("????-??") if path.is_dir()]
    if not months:
        raise SystemExit(f"{reports}: nothing was published there yet. Leave out --keep.")
    return max(months)


def write_profile(place: Path, locales: tuple[str, ...]) -> Path:
    """The sample's profile in all languages, each with a list of recipients that gets everything."""
    place.mkdir(parents=True, exist_ok=True)
    lists = [f"  all_{name}: {{to: [], language: {name}, notebooks: all, attach: none}}" for name in locales]
    (place / "recipients.yaml").write_text("\n".join(["lists:", *lists, ""]), encoding="utf-8")
    more = f"locales: [{', '.join(locales)}]\nrecipients: recipients.yaml\nreports_url: https://reports.example\n"
    path = place / "sample.yaml"
    path.write_text((PARAMS / "profiles" / "sample.yaml").read_text(encoding="utf-8") + more, encoding="utf-8")
    return path


def front_page(page: Path) -> bytes:
    """The first sight of a page as a PNG of few colours; fails when it is too heavy to be shown in a README."""
    with chromium() as browser, browser.new_context(device_scale_factor=SCALE) as context:
        window = context.new_page()
        window.set_viewport_size(dict(zip(("width", "height"), SIZE, strict=True)))
        window.goto(page.resolve().as_uri())
        shot = Image.open(io.BytesIO(window.screenshot()))
    light = io.BytesIO()
    few = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(light, "PNG", optimize=True)
    if light.tell() > MAX_BYTES:
        raise SystemExit(f"the picture has {light.tell():,} bytes, more than {MAX_BYTES:,}: take fewer colours.")
    return light.getvalue()


def screenshots(month: Path, folder: Path) -> list[Path]:
    """Every page of a month, its history and the mails that were written about it, whole, one picture a window."""
    outbox = month.parents[1] / "_outbox" / month.parent.name / month.name
    pages = [*sorted(month.glob("*.html")), *sorted(month.glob("??/*.html"))]
    wanted = {path: (path.relative_to(month).with_suffix("").as_posix(), PAGES) for path in pages}
    wanted[month.parent / "index.html"] = ("history", PAGES)
    wanted |= {path: (f"mail-{path.stem}", MAILS) for path in sorted(outbox.glob("*.html"))}
    made = []
    with chromium() as browser, browser.new_context() as context:
        for path, (name, windows) in wanted.items():
            page = context.new_page()
            page.goto(path.resolve().as_uri())
            for window, (width, scheme) in windows.items():
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                made.append(folder / f"{name.replace('/', '-')}-{window}.png")
                page.screenshot(path=made[-1], full_page=True)
            page.close()
    return made


@contextmanager
def chromium() -> "Iterator[Browser]":
    # Here, not above: the fast tests read what is written above and need no driver.
    from playwright.sync_api import sync_playwright

    program = find_chromium()
    if program is None:
        raise SystemExit(f"Pictures need Chromium, and none was found. Install it, or name one by {VARIABLE}.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


def _command(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "retention_helpers", *words], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
