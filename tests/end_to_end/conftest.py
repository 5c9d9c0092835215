"""Months published once for all tests here, each with a cache and a reports folder of its own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml

from retention_helpers.params import load_profile
from retention_helpers.publishing import versions
from retention_helpers.publishing.failures import write_history
from retention_helpers.words import LOCALES, Words
from tests.calls import Call, Place, call, once
from tests.company import company
from tests.publishing.mail.months import fail
from tests.publishing.tiny import everything_below

HEADER = "customer_id,order_id,ordered_at,amount,channel,category,refund_of"
LONGEST = "ru"  # the language whose words take most room
FIRST, LAST = 2023 * 12 + 6, 2024 * 12 + 9


@dataclass(frozen=True)
class Published:
    """A place, and what the calls said that made it."""

    place: Place
    calls: list[Call]


@pytest.fixture(scope="session")
def positive_lines(retention_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """2011-11; then December refused; then December all the same."""

    def make(place: Place) -> list[Call]:
        name = "online_retail_positive_lines"
        november = place.run(name, "--period", "2011-11")
        before = place.content()
        refused = place.run(name, "--period", "2011-12")
        assert place.content() == before
        december = ("--period", "2011-12", "--allow-incomplete", "--notebooks", "summary,cohorts")
        return [november, refused, place.run(name, *december)]

    return Published(*once(tmp_path_factory, "positive-lines", make))


@pytest.fixture(scope="session")
def online_retail(retention_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    def make(place: Place) -> list[Call]:
        # All notebooks run on the positive lines: here are those that refunds concern.
        refunded = ("--notebooks", "summary,cohorts,rfm_segments,lifetime_value")
        return [place.run("online_retail", "--period", "2011-11", *refunded)]

    return Published(*once(tmp_path_factory, "online-retail", make))


@pytest.fixture(scope="session")
def cdnow(retention_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    def make(place: Place) -> list[Call]:
        return [place.run("cdnow", "--period", "1998-06")]

    return Published(*once(tmp_path_factory, "cdnow", make))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The sample company from nothing, and once more; the first edition is kept in ``first``."""

    def make(place: Place) -> list[Call]:
        made = [place.run("sample")]
        period = next(path for path in (place.reports / "sample").iterdir() if path.is_symlink())
        place.published("sample", "first").symlink_to(period.readlink())
        # Those that need orders alone are held against each other, to the byte, on the editions of ``shop``.
        return [
            *made,
            place.run(
                "sample", "--force", "--notebooks", "summary,feedback,journey,audiences,campaigns,loyalty_impact"
            ),
        ]

    return Published(*once(tmp_path_factory, "sample", make))


@pytest.fixture(scope="session")
def in_all_languages(sample: Published, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The sample's month in every language, from the facts of ``sample``, with previews of a mail in each.

    ``failed/<locale>`` are places where the same month failed later on: a history in each language, the mail in one.
    """

    def make(place: Place) -> list[Call]:
        profile = write_profile(place.folder)
        # Called from the other place: facts are those of a source by its path.
        here = {"cache": sample.place.cache, "folder": sample.place.folder}
        words = ("--profile", profile, "--reports")
        calls = [call("run", *words, place.reports, **here), call("mail", *words, place.reports, "--preview", **here)]
        (month,) = (path for path in (place.reports / "sample").iterdir() if path.is_symlink())
        for locale in LOCALES:
            failed = place.folder / "failed" / locale
            (failed / "sample").mkdir(parents=True)
            (failed / "sample" / month.name).symlink_to(month.resolve())
            fail(failed, month.name, reason="ValueError: orders: 3 rows have ordered_at after as_of 2026-10-31 (812)")
            write_history(versions.Place(failed, "sample", month.name, "run"), "Sample company", Words(locale, "EUR"))
        failed = place.folder / "failed" / LONGEST
        return [*calls, call("mail", *words, failed, "--preview", **here)]

    return Published(*once(tmp_path_factory, "in-all-languages", make))


def write_profile(folder: Path) -> Path:
    """The sample's profile in all languages, with a list of recipients for each."""

    def readers(language: str, **more: str) -> dict[str, object]:
        return {"to": ["somebody@shop.example"], "language": language, **more}  # one list twice would be an alias

    lists = {f"all_{name}": readers(name, notebooks="all", attach="none") for name in LOCALES}
    people = {"lists": lists, "failures": readers(LONGEST)}
    (folder / "people.yaml").write_text(yaml.safe_dump(people), encoding="utf-8")
    path = folder / "sample.yaml"
    text = (load_profile("sample").folder / path.name).read_text(encoding="utf-8")
    more = f"locales: [{', '.join(LOCALES)}]\nrecipients: people.yaml\nreports_url: https://reports.example\n"
    path.write_text(text + more, encoding="utf-8")
    return path


def shop_rows() -> list[str]:
    """A small shop of sixteen months: 240 customers who come in over time and return now and then."""
    chance = np.random.default_rng(7)
    rows = []
    for customer in range(240):
        month = int(chance.integers(FIRST, LAST + 1))
        while month <= LAST:
            for _ in range(int(chance.integers(1, 3))):
                day, cents = int(chance.integers(1, 29)), int(chance.integers(500, 9000))
                channel, category = chance.choice(["web", "store"]), chance.choice(["tea", "cups", "cakes"])
                when = f"{month // 12}-{month % 12 + 1:02d}-{day:02d} 12:00:00"
                rows.append(f"c{customer:03d},o{len(rows):05d},{when},{cents / 100:.2f},{channel},{category},")
            month += int(chance.integers(1, 6))
    return [*rows, f"c000,o99999,{LAST // 12}-{LAST % 12 + 1:02d}-31 09:00:00,20.00,web,tea,"]


def write_shop(place: Place, rows: list[str]) -> Path:
    """The shop's file and profile; gives the profile's path."""
    company(place.folder / "shop", "\n".join([HEADER, *rows]), lapse_days=90)
    return place.folder / "shop" / "company.yaml"


@dataclass(frozen=True)
class Editions:
    """One month published three times: at first, after later rows came, and after a correction inside it."""

    place: Place
    calls: list[Call]
    period: str
    editions: list[dict[str, bytes | str]]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    period = f"{LAST // 12}-{LAST % 12 + 1:02d}"
    following = f"{(LAST + 1) // 12}-{(LAST + 1) % 12 + 1:02d}"

    def make(place: Place) -> list[Call]:
        rows = shop_rows()
        calls = [place.run(write_shop(place, rows), "--period", period)]
        # A refund of an order of the month, new orders of old and new customers, all dated after it.
        customer, order, _, amount, *_ = rows[-1].split(",")
        later = [
            f"{customer},r1,{following}-03 10:00:00,-{amount},web,tea,{order}",
            f"c001,o99998,{following}-04 10:00:00,31.00,web,cups,",
            f"new1,o99997,{following}-30 10:00:00,12.00,store,cakes,",
        ]
        calls.append(place.run(write_shop(place, [*rows, *later]), "--period", period))  # kept as it is
        calls.append(place.run(write_shop(place, [*rows, *later]), "--period", period, "--force"))
        corrected = [*rows[:-1], rows[-1].replace(",20.00,", ",27.50,"), *later]
        calls.append(place.run(write_shop(place, corrected), "--period", period, "--notebooks", "summary,cohorts"))
        return calls

    place, calls = once(tmp_path_factory, "shop", make)
    versions = sorted((place.reports / "company" / ".versions" / period).iterdir())
    return Editions(place, calls, period, [everything_below(version) for version in versions])
