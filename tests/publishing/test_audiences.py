"""Lists of a month: held against the record, moved into the version, carried over, in no mail."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_helpers.errors import NotebookError
from retention_helpers.publishing.audiences import accept, discard, fault_in, files_of, rows_in
from retention_helpers.publishing.mail.attachment import attachments
from retention_helpers.publishing.mail.published import open_published
from retention_helpers.publishing.month import publish_month
from tests.publishing.mail.letters import WORDS
from tests.publishing.mail.months import publish
from tests.publishing.tiny import RECORD, cell, loaded, request, tiny

WRITE = """folder = Path(os.environ["RETENTION_AUDIENCES"])
folder.mkdir(parents=True, exist_ok=True)
for name, rows in LISTS.items():
    handle = os.open(folder / f"{name}.csv", os.O_CREAT | os.O_WRONLY, MODE)
    os.write(handle, ("customer_id\\n" + "c\\n" * rows).encode())
    os.close(handle)"""


def lister(
    folder: Path, name: str, lists: dict[str, int], said: dict[str, int] | None = None, mode: int = 0o600
) -> Path:
    """A tiny notebook that writes lists, and says of them what is told here."""
    record = RECORD.replace("report.record(", f"report.record(audiences={items(said or lists)}, ")
    return tiny(folder, name, cell(f"LISTS, MODE = {lists!r}, {mode}\n{WRITE}"), record=record)


def items(lists: dict[str, int]) -> list[dict[str, object]]:
    return [{"name": name, "rows": rows} for name, rows in lists.items()]


def write(folder: Path, name: str, text: str = "customer_id\na\n", mode: int = 0o600) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8", newline="")
    path.chmod(mode)
    return path


CELLS = st.lists(st.lists(st.text(alphabet='ab",\n\r;ж', max_size=4), min_size=2, max_size=2), max_size=6)


@given(rows=CELLS)
def test_rows_are_counted_as_a_csv_reader_counts_them(rows: list, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([["a", "b"], *rows])
    path = write(tmp_path_factory.getbasetemp() / "rows", "t", text.getvalue())
    assert rows_in(path) == len(list(csv.reader(io.StringIO(text.getvalue(), newline="")))) - 1 == len(rows)


def test_a_file_is_counted_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retention_helpers.publishing.audiences._BLOCK", 3)
    assert rows_in(write(tmp_path, "t", 'a\n"b\n""c\n"\nd\n')) == 2
    assert rows_in(write(tmp_path, "t", "a\n")) == 0
    assert rows_in(write(tmp_path, "t", "")) == 0


def test_what_a_record_says_of_its_lists_is_held_against_them(tmp_path: Path) -> None:
    record = {"audiences": items({"back": 1})}
    assert fault_in({}, tmp_path / "none") is None
    assert "was not written" in str(fault_in(record, tmp_path))
    path = write(tmp_path, "back")
    assert fault_in(record, tmp_path) is None
    assert "holds 1 customers, the report says 2" in str(fault_in({"audiences": items({"back": 2})}, tmp_path))
    assert '"back.csv" is not in its record' in str(fault_in({}, tmp_path))
    path.chmod(0o640)
    assert "can be read by others" in str(fault_in(record, tmp_path))


def test_lists_become_part_of_the_month_once(tmp_path: Path) -> None:
    month = tmp_path / "month"
    month.mkdir()
    write(month / ".lists" / "one", "back")
    accept(month / ".lists" / "one", month)
    assert [path.name for path in month.iterdir()] == ["audiences"]
    assert (month / "audiences" / "back.csv").stat().st_mode & 0o777 == 0o600
    write(month / ".lists" / "two", "back")
    with pytest.raises(FileExistsError, match='has written the list "back"'):
        accept(month / ".lists" / "two", month)
    discard(month / ".lists" / "two")
    assert [path.name for path in month.iterdir()] == ["audiences"]
    assert files_of({"audiences": items({"back": 1})}) == ["audiences/back.csv"]
    assert files_of(None) == []


def test_no_attachment_holds_a_list(tmp_path: Path) -> None:
    folder = publish(tmp_path)
    write(folder / "audiences", "back")
    (made,) = attachments("html", open_published(folder), ["cohorts"], WORDS)
    names = zipfile.ZipFile(io.BytesIO(made.content)).namelist()
    assert not [name for name in names if "audiences" in name or name.endswith(".csv")]


@pytest.mark.slow
def test_lists_are_published_carried_over_and_replaced_with_their_notebook(tmp_path: Path) -> None:
    one = lister(tmp_path / "n", "one", {"back": 3, "back.control": 1})
    two = lister(tmp_path / "n", "two", {"thanks": 0})
    month = publish_month(request(tmp_path / "r", one, two)).folder
    lists = {path.name: rows_in(path) for path in (month / "audiences").iterdir()}
    assert lists == {"back.csv": 3, "back.control.csv": 1, "thanks.csv": 0}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (month / "audiences").iterdir())
    assert not (month / ".lists").exists()
    said = {item["notebook"]: item["audiences"] for item in loaded(month / "headline.json")["notebooks"]}
    assert said == {"one": items({"back": 3, "back.control": 1}), "two": items({"thanks": 0})}
    again = lister(tmp_path / "n", "one", {"back": 5})
    result = publish_month(request(tmp_path / "r", again, run_id="run-2"))
    assert result.carried == ("two",)
    lists = {path.name: rows_in(path) for path in (result.folder / "audiences").iterdir()}
    assert lists == {"back.csv": 5, "thanks.csv": 0}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (result.folder / "audiences").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lists", "said", "mode", "reason"),
    [
        ({"back": 3}, {"back": 4}, 0o600, "holds 3 customers, the report says 4"),
        ({"back": 3}, {"back": 3}, 0o644, "can be read by others"),
        ({"back": 3}, {"back": 3, "lost": 1}, 0o600, '"lost.csv" was not written'),
    ],
)
def test_a_month_whose_list_is_not_what_the_report_says_is_not_published(
    tmp_path: Path, lists: dict, said: dict, mode: int, reason: str
) -> None:
    path = lister(tmp_path / "n", "one", lists, said, mode)
    with pytest.raises(NotebookError, match=reason):
        publish_month(request(tmp_path / "r", path))
    assert not list((tmp_path / "r").rglob("back.csv"))


@pytest.mark.slow
def test_two_notebooks_cannot_write_one_list(tmp_path: Path) -> None:
    one, two = (lister(tmp_path / "n", name, {"back": 1}) for name in ("one", "two"))
    with pytest.raises(NotebookError, match='two: another notebook of the month has written the list "back"'):
        publish_month(request(tmp_path / "r", one, two))
