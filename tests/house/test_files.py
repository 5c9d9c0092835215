"""What no file of the house may hold: places of one machine, notes left over, outputs of notebooks."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).relative_to(ROOT)
MADE = {
    ".venv",
    ".cache",
    "reports",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
}
NEVER = {
    "a place on one machine": r"(?<![\w.])/(?:home|root|Users|work|opt|mnt)/\w|[A-Z]:\\\\?Users",
    "the host of a package registry": r"pypi\.org|pythonhosted|index-url\s*=|find-links\s*=",
    "a note left over": r"\b(?:TODO|FIXME|XXX|HACK)\b",
    "a merge left over": r"^(?:<{7}|>{7}) ",
    "a debugger left over": r"\bbreakpoint\(\)|\bpdb\.set_trace\(",
    "a secret": r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:ghp|glpat|xox[bp])[-_]\w{10,}",
}


def files() -> list[Path]:
    """What git holds or would take: the rest is made by a machine. Without a .git, what does not look made."""
    if not (ROOT / ".git").exists():
        walked = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return sorted(path for path in walked if not MADE.intersection(path.parts))
    call = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(Path(name) for name in set(listed.split("\0")) - {""} if (ROOT / name).is_file())


def texts() -> dict[Path, str]:
    read = {}
    for path in files():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:8000]:
            read[path] = content.decode("utf-8")
    return read


def test_every_text_is_utf8_with_plain_line_ends() -> None:
    found = texts()
    assert len(found) > 20
    assert [str(path) for path, text in found.items() if "\r\n" in text and path.suffix != ".csv"] == []


@pytest.mark.parametrize("what", NEVER)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in texts().items()
        if path != HERE
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(NEVER[what], line)
    ]
    assert found == []


def test_what_a_run_makes_is_not_taken_by_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    made = ["reports/shop/2026-10/index.html", ".cache/shop/facts.duckdb", ".venv/bin/python", "a/__pycache__/b.pyc"]
    call = ["git", "check-ignore", *made, "reports/README.md", "params/profiles/shop.yaml", "notebooks/mine.ipynb"]
    ignored = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False).stdout.split()
    assert ignored == made


def test_notebooks_are_kept_without_outputs() -> None:
    notebooks = [path for path in files() if path.suffix == ".ipynb" and path.parts[0] == "notebooks"]
    assert notebooks
    for path in notebooks:
        cells = json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]
        full = [number for number, cell in enumerate(cells, 1) if cell.get("outputs") or cell.get("execution_count")]
        assert full == [], f"{path}: cells {full} hold outputs. Run: make format"
