"""Names from outside stay names: in SQL, in paths, in settings."""

from pathlib import Path

import pytest

from retention_helpers.errors import CallError, ParameterError, ProfileError
from retention_helpers.params.files import read_yaml
from retention_helpers.pipeline import new_notebook
from retention_helpers.publishing.mail.outbox import Outbox
from retention_helpers.publishing.versions import Place
from retention_helpers.report import ensure_facts
from tests.company import company, written
from tests.publishing.tiny import everything_below

EVIL = (
    'customer"; DROP TABLE staged_orders; --',
    "l'id du client",
    "Сума, € (без ПДВ)",
    "a b\tc",
    "select",
    "{braces} %s $1 ?",
    '""',
)
PATHS = ("..", "../x", "a/b", "/etc/passwd", ".hidden", "a\0b", "a\nb", "", "a" * 200, "~", "a.staged", "con:", "ж")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RETENTION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize("name", EVIL)
def test_a_column_may_be_called_anything(tmp_path: Path, cache: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    text = f'{quoted},when,{quoted[:-1]}2",sum\nc1,2024-01-31,o\'1,10.00\n"c""2; --",2024-01-30,o2,5.00\n'
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    columns = {"customer_id": name, "order_id": f"{name}2", "ordered_at": "when", "amount": "sum", "status": name}
    rules = {"test_customers": ["x'; DROP TABLE rules; --*"], "void_statuses": ["'); --"], "cancellation_prefix": "'"}
    keep = [{"column": name, "not_starts_with": "' OR true; --"}, {"column": name, "is_not_in": ["') --"]}]
    orders = {"source": "orders.csv", "delimiter": ",", "columns": columns, "keep": keep}
    basis = {"title": "T'; --", "currency": "EUR", "timezone": "UTC", "orders": rules, "tables": {"orders": orders}}
    with ensure_facts(written(tmp_path, basis)).con as con:
        rows = con.execute(
            "SELECT customer_id, order_id, amount_cents, reason FROM order_lines ORDER BY ALL"
        ).fetchall()
    assert rows == [('c"2; --', "o2", 500, "counted"), ("c1", "o'1", 1000, "counted")]


def test_a_folder_and_a_value_may_be_called_anything(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / 'it\'s; a "folder" {x} ж'
    mapping = {
        "channel": {"constant": "'; DROP TABLE rules; --"},
        "category": {"column": "k", "recode": {"a'b": "c\"d'"}},
    }
    text = "customer_id,order_id,ordered_at,amount,k\nc1,o1,2024-01-31,10.00,a'b\n"
    with ensure_facts(company(folder, text, mapping=mapping)).con as con:
        assert con.execute("SELECT channel, category FROM order_lines").fetchall() == [
            ("'; DROP TABLE rules; --", "c\"d'")
        ]


def test_a_measure_and_a_table_of_a_database_may_be_called_anything(tmp_path: Path, cache: Path) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "shop.duckdb")) as con:
        con.execute('CREATE TABLE "it\'s; a ""table""" ("c;" VARCHAR, "a\'" VARCHAR, "m""1" DOUBLE)')
        con.execute('INSERT INTO "it\'s; a ""table""" VALUES (\'x\', \'control\', 2.5)')
    columns = {"campaign_id": "c;", "arm": "a'", 'measure"; --': 'm"1'}
    outcomes = {"source": "shop.duckdb", "table": 'it\'s; a "table"', "columns": columns}
    basis = {"title": "T", "currency": "EUR", "timezone": "UTC", "data_through": "2024-01-31"}
    with ensure_facts(written(tmp_path, basis | {"tables": {"outcomes": outcomes}})).con as con:
        assert con.execute("SELECT * FROM outcomes").df().to_dict("records")[0]['measure"; --'] == 2.5


@pytest.mark.parametrize("name", PATHS)
def test_no_name_leads_out_of_the_reports_folder(tmp_path: Path, name: str) -> None:
    before = everything_below(tmp_path)
    for place in ((name, "2024-01", "run"), ("shop", name, "run"), ("shop", "2024-01", name)):
        with pytest.raises(CallError):
            Place(tmp_path, *place)
    for outbox in (Outbox(tmp_path, name, "2024-01"), Outbox(tmp_path, "shop", name)):
        with pytest.raises(CallError):
            outbox.write("x.eml", b"")
    with pytest.raises(CallError):
        Outbox(tmp_path, "shop", "2024-01").write(name, b"")
    with pytest.raises(CallError):
        new_notebook(name, tmp_path)
    assert everything_below(tmp_path) == before


@pytest.mark.parametrize("name", PATHS)
def test_no_list_of_customers_is_written_anywhere_else(
    tmp_path: Path, cache: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retention_helpers.report import open_report

    company(tmp_path, "customer_id,order_id,ordered_at,amount\nc1,o1,2024-01-31,10.00\n")
    monkeypatch.setenv("RETENTION_AUDIENCES", str(tmp_path / "lists"))
    monkeypatch.setenv("RETENTION_TABLES", str(tmp_path / "tables"))
    report = open_report("audiences", profile=str(tmp_path / "company.yaml"))
    before = everything_below(tmp_path)
    with pytest.raises(ParameterError, match="the name of a list"):
        report.audience(name, report.con.sql("SELECT customer_id FROM customers"))
    assert everything_below(tmp_path) == before


@pytest.mark.parametrize("setting", ["recipients", "segments", "topics"])
def test_further_settings_are_read_by_the_same_careful_reader(tmp_path: Path, setting: str) -> None:
    bomb = "a: &a [x, x]\nb: [*a, *a]\n"
    (tmp_path / "more.yaml").write_text(bomb, encoding="utf-8")
    profile = company(tmp_path, "customer_id,ordered_at,amount\nc,2024-01-31,1\n", **{setting: "more.yaml"})
    from retention_helpers.params import load_recipients, load_topics

    read = {
        "recipients": lambda: load_recipients(profile.recipients_path),
        "segments": lambda: profile.segment_rules,
        "topics": lambda: load_topics(profile.topics_path),
    }
    with pytest.raises(ProfileError, match=r"aliases \(\*name\) are not allowed"):
        read[setting]()


@pytest.mark.parametrize(
    "text",
    ["a: !!python/object/apply:os.system [x]", "a: !!python/name:os.system", "!!python/module:os {}", "a: !evil x"],
)
def test_a_file_of_settings_calls_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError, match="is no YAML"):
        read_yaml(tmp_path / "x.yaml")
