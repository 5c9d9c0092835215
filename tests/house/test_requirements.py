"""The pins of the files agree, hold for what is installed, and keep the lean environment lean."""

import ast
import sys
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
DIRECT = ("requirements.txt", "requirements-render.txt", "requirements-alerts.txt", "requirements-dev.txt")


def pins(file: str) -> dict[str, str]:
    """Name -> version of the lines of a requirements file that apply to this machine."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    needed = [Requirement(line) for line in lines if line.strip() and not line.startswith(("#", "-"))]
    here = [r for r in needed if r.marker is None or r.marker.evaluate()]
    return {canonicalize_name(r.name): str(r.specifier) for r in here}


def everything_under(roots: set[str]) -> set[str]:
    """The packages that an installation of `roots` brings, by what the installed packages say they need."""
    found: set[str] = set()
    waiting = [(name, "") for name in roots]
    done = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        found.add(name)
        for line in distribution(name).requires or []:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                steps = {(canonicalize_name(need.name), e) for e in ("", *need.extras)} - done
                done |= steps
                waiting += steps
    return found


ALL = {name for file in DIRECT for name in pins(file)}


@pytest.mark.parametrize("file", DIRECT)
def test_every_direct_pin_is_exact_and_the_same_in_the_lock(file: str) -> None:
    lock = pins("constraints.txt")
    assert (ROOT / file).read_text(encoding="utf-8").startswith("-c constraints.txt\n")
    for name, version in pins(file).items():
        assert version.startswith("=="), f"{file}: {name}{version} is not pinned"
        assert lock.get(name) == version, f"{file}: {name}{version}, but the lock has {lock.get(name)}. Run: make lock"


def test_the_lean_file_is_the_full_one_without_the_editor() -> None:
    full, lean = pins("requirements.txt"), pins("requirements-render.txt")
    assert lean.items() <= full.items()
    assert full.keys() - lean.keys() == {"jupyter", "jupyterlab"}


def test_the_lean_environment_holds_no_jupyter_server() -> None:
    lean = everything_under(set(pins("requirements-render.txt")))
    full = everything_under(set(pins("requirements.txt")))
    assert "jupyter-server" in full
    assert "ipykernel" in lean
    assert not {
        name for name in lean if name in {"jupyter", "notebook"} or name.startswith(("jupyter-server", "jupyterlab-s"))
    }
    assert "jupyterlab" not in lean


def test_the_lock_names_every_package_that_an_installation_brings() -> None:
    brought = everything_under(ALL)
    assert brought - pins("constraints.txt").keys() == set()


def test_what_is_installed_is_what_the_lock_says() -> None:
    lock = pins("constraints.txt")
    brought = everything_under(ALL)
    other = {
        name: distribution(name).version for name in brought if f"=={distribution(name).version}" != lock.get(name)
    }
    assert other == {}, (
        "installed otherwise than pinned: remove .venv, or touch requirements.txt, and run make setup-dev"
    )


def test_what_sends_alerts_to_chats_brings_little() -> None:
    lean = everything_under(set(pins("requirements-render.txt")))
    assert everything_under({"apprise"}) - lean == {"apprise", "markdown", "oauthlib", "requests-oauthlib"}


def test_the_package_imports_nothing_that_is_not_pinned_for_a_lean_machine() -> None:
    optional = pins("requirements-alerts.txt")  # asked for where it is needed, with a sentence where it is not there
    lean, owners = pins("requirements-render.txt") | optional, packages_distributions()
    strangers = set()
    for path in sorted((ROOT / "retention_helpers").rglob("*.py")):
        for name in top_level_imports(path) - sys.stdlib_module_names - {"retention_helpers"}:
            if not {canonicalize_name(owner) for owner in owners.get(name, [])} & lean.keys():
                strangers.add(f"{path.relative_to(ROOT)}: {name}")
    assert strangers == set()


def top_level_imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_no_file_names_a_registry() -> None:
    for file in (*DIRECT, "constraints.txt"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        assert "--find-links" not in text
