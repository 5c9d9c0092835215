"""A customer who asks to be forgotten: no trace in any byte of cache and reports, and no number of a month moved."""

import email
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import duckdb
import nbformat
import pandas as pd
import pytest
from nbformat import v4

from retention_helpers import cli
from retention_helpers.errors import CallError, LockedError
from retention_helpers.facts import open_facts
from retention_helpers.facts.sql import DERIVED
from retention_helpers.figures.finding import Finding
from retention_helpers.figures.tables import readable_table
from retention_helpers.params import load_profile
from retention_helpers.pipeline import ForgetRequest, forget
from retention_helpers.pipeline.lock import lock
from retention_helpers.report import build, ensure_facts, facts_folder, survey
from retention_helpers.words import Words
from tests.company import company
from tests.publishing.tiny import everything_below

WHO, ALIAS, MAIL, PHONE, HASH = "K17850", "MP-7077", "Ann.Lee@shop.example", "+49 151 2345678", "ab12cd34ef56ab78"
TRACES = (WHO, ALIAS, MAIL, MAIL.lower(), PHONE, "+491512345678", HASH, "lovely umbrellas")
ORDERS = f"""customer_id,order_id,ordered_at,amount,product_id
{WHO},o1,2024-01-05,17.85,tea
{ALIAS},o2,2024-02-06,20.00,tea
{WHO},o3,2024-03-07,-20.00,tea
12,o4,2024-01-08,178.50,cup
12,o5,2024-03-31,12.00,cup
TEST7,o6,2024-02-01,5.00,cup
13,o7,2024-02-11,13.00,tea
"""
OTHERS = {
    "customers": f"""customer_id,registered_at,gender,city,email,phone,email_hash,referred_by,consent_email,manager
{WHO},2024-01-01,female,Leeds,{MAIL},{PHONE},{HASH},12,true,M1
12,2024-01-02,male,Bonn,bob@shop.example,,,{WHO},true,M1
""",
    "identities": f"alias_id,customer_id\n{ALIAS},{WHO}\n",
    "feedback": f"at,question,score,customer_id,comment\n2024-02-07,nps,9,{WHO},lovely umbrellas\n",
    "contacts": f"campaign_id,customer_id,at,arm\nx-2024-02,{WHO},2024-02-01,treatment\n",
    "touchpoints": f"customer_id,at,stage\n{ALIAS},2024-02-01,use\n",
    "memberships": f"customer_id,at,event\n{WHO},2024-02-01,join\n",
}


# What a page says of groups of customers: text in cells, and no id.
SEGMENTS = (
    '<table><th id="table-a-c0">Segment</th><tr><td headers="table-a-c0" class="gt_left">others</td></tr></table>'
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return open_shop(tmp_path)


def open_shop(folder: Path) -> Path:
    """A shop outside of the cache, its facts, and a month as publishing leaves it."""
    profile = company(folder / "shop", ORDERS, others=OTHERS, rules={"test_customers": ["TEST*"]})
    ensure_facts(profile).close()
    publish(folder / "reports")
    return folder


@dataclass(frozen=True)
class Done:
    """A shop that has forgotten the customer, and what was known before."""

    shop: Path
    cache: Path
    said: list[str]
    traces_before: list[str]
    numbers: tuple[dict[str, list[tuple]], dict[str, list[tuple]]]

    @property
    def version(self) -> Path:
        return self.shop / "reports" / "company" / ".versions" / "2024-03" / "run-1"

    @property
    def name(self) -> str:
        return next(line for line in self.said if "stay, as" in line).split("as ")[1].split(":")[0]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    with pytest.MonkeyPatch.context() as patch:
        yield forgotten(tmp_path_factory.mktemp("forgotten"), patch, WHO)


def forgotten(folder: Path, patch: pytest.MonkeyPatch, by: str) -> Done:
    patch.setenv("RETENTION_CACHE", str(folder / "cache"))
    shop = open_shop(folder)
    before, known = numbers_of(shop), traces(shop, folder / "cache")
    said = ask(shop, by)
    return Done(shop, folder / "cache", said, known, (before, numbers_of(shop)))


def listed(*ids: str) -> dict[str, object]:
    """What a notebook displays of a table of customers, beside counts that look like ids."""
    frame = pd.DataFrame({"customer_id": list(ids), "orders": [len(one) for one in ids]})
    words = Words("en", "EUR")
    finding = Finding(name="risk", headline="Two may leave", sentence="Look after them.")
    return readable_table(frame, finding, words)._repr_mimebundle_()


def publish(reports: Path, *ids: str) -> Path:
    ids = ids or (WHO, "12")
    version = reports / "company" / ".versions" / "2024-03" / "run-1"
    for folder in ("tables/risk", "audiences", "executed"):
        (version / folder).mkdir(parents=True)
    bundle = listed(*ids)
    page = f"<html><body><p>By {WHO}, in words.</p>{bundle['text/html']}</body></html>"
    (version / "risk.html").write_text(page, encoding="utf-8")
    outputs = [v4.new_output("display_data", bundle), v4.new_output("stream", text=f"looked at {WHO}\n")]
    nbformat.write(
        v4.new_notebook(cells=[v4.new_code_cell("report.show(x)", outputs=outputs)]), version / "executed/risk.ipynb"
    )
    rows = "".join(f'{one},1785{number},"",,{number}\n' for number, one in enumerate(ids))
    private(version / "tables/risk/customers.csv", "customer_id,spend_cents,why,note,place\n" + rows)
    mails = {WHO: MAIL.lower(), "12": "bob@shop.example"}
    rows = "".join(f"{one},{mails.get(one, '')},'+491512345678\n" for one in ids)
    private(
        version / "audiences/win_back.csv",
        "External ID,Email,Phone\n" + rows.replace("12,bob@shop.example,'+491512345678", "12,bob@shop.example,"),
    )
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT unnest({list(ids)}) AS customer_id, 7 AS n) TO '{version / 'tables/risk/all.parquet'}'"
        )
    (version / "headline.json").write_text(json.dumps({"findings": [{"sentence": f"{WHO} left", "value": 17}]}))
    (version / "manifest.json").write_text("{}", encoding="utf-8")
    (reports / "company" / "2024-03").symlink_to(".versions/2024-03/run-1")
    failed = reports / "_failed" / "company" / "2024-02" / "risk"
    failed.mkdir(parents=True)
    (failed / "failure.json").write_text(json.dumps({"reason": f"ValueError: {MAIL} (customer {WHO})"}))
    (reports / "company" / "index.html").write_text(f"<html><p>failed: {MAIL} (customer {WHO})</p></html>")
    write_letters(reports / "_outbox" / "company" / "2024-03", page)
    printed = reports / "_pdf" / "company" / "2024-03"
    printed.mkdir(parents=True)
    (printed / "risk.pdf").write_bytes(b"%PDF")
    return version


def private(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def write_letters(folder: Path, page: str) -> None:
    folder.mkdir(parents=True)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as pages:
        pages.writestr("risk.html", page)
    for name, text, kind, content in (
        ("manager-M1.en", f"at risk: 2 customers\n{WHO}\n12\n", "", b""),
        ("analyst.en", "enclosed", "zip", archive.getvalue()),
        ("head.en", "printed", "pdf", b"%PDF"),
        ("support.en", "nobody is named", "", b""),
    ):
        letter = EmailMessage()
        letter["To"] = "m1@shop.example"
        letter.set_content(text, cte="base64")
        if kind:
            letter.add_attachment(content, maintype="application", subtype=kind, filename=f"x.{kind}")
        (folder / f"{name}.eml").write_bytes(letter.as_bytes())
    (folder / "sent.json").write_text(json.dumps({"sent": [{"to": "m1@shop.example"}]}), encoding="utf-8")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte below a folder, and what is inside of files that are packed."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield str(path), path.read_bytes()
        with duckdb.connect() as con:
            if path.suffix == ".parquet":
                yield str(path), str(con.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()).encode()
            if path.suffix == ".duckdb":
                con.execute(f"ATTACH '{path}' AS facts (READ_ONLY)")
                for (table,) in con.execute(
                    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'facts'"
                ).fetchall():
                    yield f"{path} {table}", str(con.execute(f"SELECT * FROM facts.{table}").fetchall()).encode()
        if path.suffix == ".eml":
            for part in email.message_from_bytes(path.read_bytes()).walk():
                yield str(path), part.get_payload(decode=True) or b""


def ask(shop: Path, customer: str = WHO) -> list[str]:
    said: list[str] = []
    forget(ForgetRequest(str(shop / "shop" / "company.yaml"), customer, shop / "reports"), said.append)
    return said


def traces(shop: Path, own_cache: Path) -> list[str]:
    found = [*contents(own_cache), *contents(shop / "reports")]
    return [f"{name}: {trace}" for name, content in found for trace in TRACES if trace.encode() in content]


def numbers_of(shop: Path) -> dict[str, list[tuple]]:
    """All facts that hold no customer, and what each month came to; the customer's city and gender are not kept."""
    facts = ensure_facts(load_profile(str(shop / "shop" / "company.yaml")))
    with facts.con as con:
        tables = [name for name in DERIVED if not _has_customers(con, name)]
        assert {"activity_cube", "cohort_cube", "life_cube", "row_ledger"} <= set(tables)
        found = {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in [*tables, "partitions"]}
        found["partitions"] = [row[:3] for row in found["partitions"]]
        cube = "SELECT * FROM cohort_cube WHERE dimension NOT IN ('city', 'gender') ORDER BY ALL"
        found["cohort_cube"] = con.execute(cube).fetchall()
        found["restatements"] = con.execute("SELECT * FROM restatements").fetchall()
        found["months"] = con.execute(
            "SELECT month, count(*), sum(orders), sum(revenue_cents) FROM customer_months GROUP BY month ORDER BY month"
        ).fetchall()
    return found


def _has_customers(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return "customer_id" in [name for (name,) in con.execute(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()]


def test_no_byte_of_cache_or_reports_names_the_customer_and_no_number_moves(done: Done) -> None:
    assert {line.rpartition(": ")[2] for line in done.traces_before} == set(TRACES) - {PHONE, ALIAS}
    assert traces(done.shop, done.cache) == []
    assert done.numbers[0] == done.numbers[1]
    assert "Yours to clean: orders: 3 rows of the source name somebody who was forgotten." in done.said
    assert WHO not in "".join(done.said)


@pytest.mark.slow
def test_an_alias_is_as_good_as_the_customers_own_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = forgotten(tmp_path, monkeypatch, ALIAS)
    assert traces(done.shop, done.cache) == []
    assert done.numbers[0] == done.numbers[1]


def test_lists_lose_the_row_and_tables_keep_it_under_the_pseudonym_with_their_rights(done: Done) -> None:
    version, name = done.version, done.name
    customers, audience = version / "tables/risk/customers.csv", version / "audiences/win_back.csv"
    assert customers.read_text() == f'customer_id,spend_cents,why,note,place\n{name},17850,,,0\n12,17851,"",,1\n'
    assert audience.read_text() == "External ID,Email,Phone\n12,bob@shop.example,\n"
    assert [path.stat().st_mode & 0o777 for path in (customers, audience)] == [0o600, 0o600]
    with duckdb.connect() as con:
        rows = con.execute(f"SELECT * FROM read_parquet('{version / 'tables/risk/all.parquet'}')").fetchall()
    assert rows == [(name, 7), ("12", 7)]
    page = (version / "risk.html").read_text()
    assert f"<p>By {name}, in words.</p>" in page
    assert page.count(name) == 2
    node = nbformat.read(version / "executed/risk.ipynb", 4)
    assert node.cells[0].outputs[0].data["application/vnd.retention-report+json"]["table"]["rows"][0][0] == name
    assert (
        nbformat.writes(node) + "\n" == (version / "executed/risk.ipynb").read_text()
    )  # as if it had been so at first
    assert not [path.name for path in version.rglob("*.new")]


def test_letters_and_printed_pages_that_may_name_the_customer_go_and_who_has_a_mail_stays_known(done: Done) -> None:
    outbox = done.shop / "reports" / "_outbox" / "company" / "2024-03"
    assert sorted(path.name for path in outbox.iterdir()) == ["sent.json", "support.en.eml"]
    assert list((done.shop / "reports" / "_pdf").rglob("*.pdf")) == []


def test_what_describes_the_customer_is_gone_and_no_list_can_hold_them(done: Done) -> None:
    with open_facts(done.cache / "company").con as con:
        (row,) = con.execute("SELECT * FROM customers WHERE customer_id LIKE 'forgotten-%'").df().to_dict("records")
        assert con.execute("SELECT customer_id, email FROM addresses").fetchall() == [("12", "bob@shop.example")]
        assert con.execute("SELECT count(comment) FROM feedback").fetchall() == [(0,)]
        # Who was brought by the customer still was brought by somebody.
        (friend,) = con.execute("SELECT referred_by FROM customers WHERE customer_id = '12'").fetchone()
    assert (row["orders"], row["consent_email"], row["has_email"], row["has_phone"]) == (2, False, False, False)
    assert all(pd.isna(row[name]) for name in ("gender", "city", "birth_year", "manager"))
    assert friend == row["customer_id"]


@pytest.mark.slow
def test_the_customer_does_not_come_back_with_new_rows_of_the_source_and_that_is_said(
    shop: Path, own_cache: Path
) -> None:
    ask(shop)
    path = shop / "shop" / "company.yaml"
    orders = shop / "shop" / "orders.csv"
    orders.write_text(f"{orders.read_text()}{WHO},o9,2024-04-02,9.00,tea\nMP-new,o8,2024-04-03,8.00,tea\n")
    (shop / "shop" / "identities.csv").write_text(f"alias_id,customer_id\n{ALIAS},{WHO}\nMP-new,{WHO}\n")
    profile = load_profile(str(path))
    with survey(profile) as seen:
        done = build(profile, seen, facts_folder(profile))
    assert done.forgotten["orders"] == 5
    assert done.restatements.empty
    assert not [
        name for name, content in contents(own_cache) for trace in (*TRACES, "MP-new") if trace.encode() in content
    ]
    with ensure_facts(profile).con as con:
        assert con.execute("SELECT orders FROM customers WHERE customer_id LIKE 'forgotten-%'").fetchall() == [(4,)]


@pytest.mark.slow
def test_a_customer_whose_orders_were_left_out_as_tests_stays_left_out(shop: Path) -> None:
    before = numbers_of(shop)
    ask(shop, "TEST7")
    assert numbers_of(shop) == before


@pytest.mark.slow
def test_without_a_source_the_facts_go_and_the_next_build_knows_whom_not_to_name(shop: Path, own_cache: Path) -> None:
    before = numbers_of(shop)
    orders = shop / "shop" / "orders.csv"
    orders.rename(shop / "away.csv")
    assert any(line.startswith("Facts: removed, for the source cannot be read (orders:") for line in ask(shop))
    (shop / "away.csv").rename(orders)
    assert numbers_of(shop) == before
    assert not [name for name, content in contents(own_cache) if WHO.encode() in content]


@pytest.mark.slow
def test_a_second_call_finds_nothing_left(shop: Path, own_cache: Path) -> None:
    ask(shop)
    before = everything_below(shop), (own_cache / "company" / "forgotten.json").read_bytes()
    said = ask(shop)
    assert said[0].startswith("The customer was forgotten before")
    assert "Reports: files changed or removed: 0." in said
    assert (everything_below(shop), (own_cache / "company" / "forgotten.json").read_bytes()) == before
    assert (own_cache / "company" / "forgotten.json").stat().st_mode & 0o777 == 0o600


def test_an_id_that_nothing_names_is_refused_and_leaves_nothing(done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_CACHE", str(done.cache))
    before = everything_below(done.shop)
    for customer in ("17851", "", " ", "a\nb", "'; DROP TABLE customers; --"):
        with pytest.raises(CallError):
            ask(done.shop, customer)
    call = ["forget", "17851", "--profile", str(done.shop / "shop" / "company.yaml")]
    assert cli.main([*call, "--reports", str(done.shop / "reports")]) == 2
    assert everything_below(done.shop) == before


@pytest.mark.parametrize("word", ["retention", "Two may leave", "others", "looked"])
def test_a_word_of_the_pages_is_no_customer_and_not_a_byte_changes(
    done: Done, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("RETENTION_CACHE", str(done.cache))
    page = done.version / "risk.html"
    page.write_text(f"<h1>Our retention</h1>{SEGMENTS}{page.read_text()}", encoding="utf-8")
    before = [*contents(done.cache), *contents(done.shop)]
    call = ["forget", word, "--profile", str(done.shop / "shop" / "company.yaml")]
    assert cli.main([*call, "--reports", str(done.shop / "reports")]) == 2
    assert [*contents(done.cache), *contents(done.shop)] == before


@pytest.mark.slow
@pytest.mark.parametrize("left", ["risk.html", "tables/risk/customers.csv", "tables/risk/all.parquet"])
def test_one_whom_only_a_column_of_customers_still_names_is_forgotten_in_prose_too(tmp_path: Path, left: str) -> None:
    company(tmp_path / "shop", ORDERS)
    version = publish(tmp_path / "reports", "Stranger-7", "12")
    for path in [*version.rglob("*.csv"), *version.rglob("*.parquet"), version / "risk.html"]:
        if path != version / left:
            path.unlink()
    (version / "summary.html").write_text("<p>Stranger-7 left.</p>", encoding="utf-8")
    ask(tmp_path, "Stranger-7")
    assert "Stranger-7" not in (version / "summary.html").read_text()
    assert not [name for name, content in contents(tmp_path / "reports") if b"Stranger-7" in content]


@pytest.mark.slow
def test_damaged_files_keep_the_customer_in_no_other_and_are_named_at_the_end(
    shop: Path, own_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = shop / "reports" / "company" / ".versions" / "2024-03" / "run-1"
    (version / "headline.json").write_text("")
    (version / "manifest.json").write_text(f'{{"by": "{WHO}", "cut')
    (version / "alerts.json").write_bytes(b"\xff" + WHO.encode())
    (version / "executed" / "cut.ipynb").write_text(f'["{WHO}x')
    (version / "tables/risk/all.parquet").write_bytes(b"PAR1")
    call = ["forget", WHO, "--profile", str(shop / "shop" / "company.yaml"), "--reports", str(shop / "reports")]
    assert cli.main(call) == 6
    told = capsys.readouterr()
    assert "Reports: files changed or removed: " in told.out
    assert "error: Files that may still name the customer, for they could not be cleaned: 2.\n" in told.err
    for name in ("all.parquet: ", "cut.ipynb: it is damaged, and the id may still stand in it"):
        assert name in told.err
    assert (version / "alerts.json").read_bytes().startswith(b"\xffforgotten-")
    assert (version / "headline.json").read_bytes() == b""
    (version / "tables/risk/all.parquet").unlink()
    (version / "executed" / "cut.ipynb").unlink()
    assert traces(shop, own_cache) == []
    assert cli.main(call) == 0


def test_nobody_is_forgotten_while_a_run_is_at_work(tmp_path: Path, own_cache: Path) -> None:
    company(tmp_path / "shop", ORDERS)
    with lock(tmp_path / "reports" / "company"), pytest.raises(LockedError):
        ask(tmp_path)
    assert list(own_cache.iterdir()) == []
