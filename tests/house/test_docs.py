"""What the documents say is so: the codebook is current, the commands they name exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from docs.make_codebook import check, codebook
from docs.make_pictures import MAX_BYTES, SCALE, SIZE

ROOT = Path(__file__).resolve().parents[2]
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
GOOD = '"""A room."""\n\n\ndef kept(n: int) -> float:\n    """How many stayed? All who did not leave."""\n'


def house(folder: Path, *, metric: str = GOOD, sql: str = "-- One row per month.\nSELECT 1 AS month\n") -> Path:
    """A folder with one metric and one fact, and a codebook that was made of the well-formed ones."""
    for place in ("retention_helpers/metrics", "retention_helpers/facts", "docs"):
        (folder / place).mkdir(parents=True)
    (folder / "retention_helpers/metrics/stay.py").write_text(metric, encoding="utf-8")
    (folder / "retention_helpers/facts/months.sql").write_text(sql, encoding="utf-8")
    (folder / "docs/codebook.md").write_text(codebook(folder)[0], encoding="utf-8")
    return folder


def test_the_codebook_of_this_house_is_current() -> None:
    call = [sys.executable, "docs/make_codebook.py", "--check"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_codebook_holds_the_question_the_signature_and_the_columns(tmp_path: Path) -> None:
    text, problems = codebook(house(tmp_path))
    assert problems == []
    assert "| [`stay.kept`](#kept) | How many stayed? |" in text
    assert "kept(n: int) -> float" in text
    assert "| [`months`](#months) | One row per month. |" in text
    assert "Columns: `month`" in text


def test_a_current_codebook_has_no_problem(tmp_path: Path) -> None:
    assert check(house(tmp_path)) == []


def test_a_stale_codebook_is_named_with_its_line_and_the_repair(tmp_path: Path) -> None:
    folder = house(tmp_path)
    path = folder / "docs/codebook.md"
    path.write_text(path.read_text(encoding="utf-8").replace("stayed", "went"), encoding="utf-8")
    (problem,) = check(folder)
    assert re.fullmatch(r"docs/codebook\.md is stale from line \d+ on\. Run: make codebook", problem)


def test_a_public_metric_without_a_docstring_is_named(tmp_path: Path) -> None:
    bare = '"""A room."""\n\n\ndef kept(n: int) -> float:\n    return n\n\n\ndef _aside() -> None:\n    return None\n'
    (problem,) = check(house(tmp_path, metric=bare))
    assert problem.startswith("retention_helpers/metrics/stay.py, line 4: kept has no docstring.")


def test_a_fact_without_its_grain_is_named(tmp_path: Path) -> None:
    (problem,) = check(house(tmp_path, sql="SELECT 1 AS month\n"))
    assert problem.startswith("retention_helpers/facts/months.sql: the first line is not its grain.")


def test_sql_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (problem,) = check(house(tmp_path, sql="-- One row per month.\nSELECT FROM WHERE (\n"))
    assert problem.startswith("retention_helpers/facts/months.sql: cannot be read as one SELECT")


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/operations.md"])
def test_a_document_names_only_make_targets_that_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    named = set(re.findall(r"(?<![\w/.-])make +(?:[A-Z]+=\S+ +)*([a-z][a-z-]*)", code))
    assert named, f"{document} names no make target in code"
    assert named <= TARGETS, f"{document} names {', '.join(sorted(named - TARGETS))}, which make does not know"


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/codebook.md", "docs/operations.md"]
)
def test_a_document_links_only_to_files_that_exist(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert missing == []


def test_the_picture_of_readme_is_sharp_and_light() -> None:
    path = ROOT / "docs/summary.png"
    with Image.open(path) as picture:
        assert picture.size == tuple(SCALE * side for side in SIZE)
    assert path.stat().st_size <= MAX_BYTES
