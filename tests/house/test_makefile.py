"""What `make` promises: every target is listed and says what it runs; options are passed when given, and only then."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
COMMANDS = sorted(set(re.findall(r"\$\(RETAIN\) ([a-z-]+)", MAKEFILE)))
INNER = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}


def make(*arguments: str, folder: Path = ROOT) -> str:
    env = {name: value for name, value in os.environ.items() if name not in INNER}
    done = subprocess.run(["make", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=True)
    return done.stdout


def recipe(*arguments: str) -> str:
    """The last command that a call would run."""
    return make("--dry-run", *arguments).strip().splitlines()[-1].strip()


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    listed = dict(re.findall(r"^  ([a-z-]+)\s+(\S.*)$", make(), re.MULTILINE))
    assert listed.keys() | {"help"} == TARGETS
    assert {"report", "pdf", "data-check", "notebook", "new", "sample", "check", "test", "codebook", "clean"} <= TARGETS


def test_every_listed_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == TARGETS


def test_a_report_without_options_is_the_sample_and_passes_no_empty_option() -> None:
    assert recipe("report") == ".venv/bin/python -m retention_helpers run --profile 'sample'"


def test_the_options_of_a_report_reach_the_command_whole() -> None:
    line = recipe(
        "report",
        "PROFILE=a shop.yaml",
        "PERIOD=2026-10",
        "NOTEBOOKS=summary,cohorts",
        "LOCALE=ru",
        "ARGS=--allow-incomplete",
    )
    assert line.split(" run ")[1] == (
        "--profile 'a shop.yaml' --period '2026-10' --notebooks 'summary,cohorts' --locale 'ru' --allow-incomplete"
    )


def test_mail_is_only_written_unless_make_is_told_to_send_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEND", "1")  # the environment does not count: a shell may have it for something else
    assert recipe("mail", "PERIOD=2026-10").split(" mail ")[1] == "--profile 'sample' --period '2026-10'"
    assert recipe("mail", "SEND=0").endswith(" mail --profile 'sample'")
    assert recipe("mail", "SEND=1").endswith("--send")
    assert recipe("mail-preview").endswith("--preview")


def test_printing_and_pictures_take_what_they_are_given() -> None:
    assert recipe("pdf").endswith("retention_helpers pdf --profile 'sample'")
    assert recipe("pdf", "PERIOD=2026-10", "NOTEBOOKS=summary").endswith("--period '2026-10' --notebooks 'summary'")
    assert recipe("readme-picture").endswith("docs/make_pictures.py readme")
    assert recipe("screenshots").endswith("docs/make_pictures.py screenshots")
    assert recipe("screenshots", "FOLDER=a b", "ARGS=--keep").endswith("screenshots 'a b' --keep")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_make_calls_is_one_of_the_program(command: str) -> None:
    call = [sys.executable, "-m", "retention_helpers", command, "--help"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout


def test_a_second_setup_installs_nothing(tmp_path: Path) -> None:
    counting = 'echo "$1" >> installed; mkdir -p .venv'
    house = toy_house(tmp_path / "a house", counting)
    make("setup-dev", folder=house)
    make("setup-dev", folder=house)
    assert (house / "installed").read_text(encoding="utf-8").split() == ["requirements.txt", "requirements-dev.txt"]


def test_a_changed_pin_installs_again(tmp_path: Path) -> None:
    house = toy_house(tmp_path / "house", 'echo "$1" >> installed; mkdir -p .venv')
    make("setup", folder=house)
    later = (house / ".venv/.ready").stat().st_mtime + 10
    os.utime(house / "requirements.txt", (later, later))
    make("setup", folder=house)
    assert (house / "installed").read_text(encoding="utf-8").split() == ["requirements.txt"] * 2


def test_a_setup_that_failed_is_tried_again(tmp_path: Path) -> None:
    house = toy_house(tmp_path / "house", "mkdir -p .venv; exit 1")
    with pytest.raises(subprocess.CalledProcessError):
        make("setup", folder=house)
    assert not (house / ".venv/.ready").exists()


def test_without_python_311_the_setup_says_what_to_do(tmp_path: Path) -> None:
    house = toy_house(tmp_path / "house", "")
    shutil.copy(ROOT / ".ci/setup", house / ".ci/setup")
    bare = tmp_path / "bin"
    bare.mkdir()
    shell = shutil.which("sh")
    assert shell is not None
    call = [shell, ".ci/setup", "requirements.txt"]
    done = subprocess.run(call, cwd=house, env={"PATH": str(bare)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 was not found. Install it")
    assert not (house / ".venv").exists()


def toy_house(folder: Path, setup: str) -> Path:
    """The Makefile in an empty house whose setup is a stand-in."""
    (folder / ".ci").mkdir(parents=True)
    (folder / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    for name in (
        "requirements.txt",
        "requirements-alerts.txt",
        "requirements-dev.txt",
        "constraints.txt",
        "pyproject.toml",
    ):
        (folder / name).touch()
    script = folder / ".ci/setup"
    script.write_text(f"#!/bin/sh\n{setup}\n", encoding="utf-8")
    script.chmod(0o755)
    return folder


def test_a_customer_is_forgotten_by_an_id_that_is_one_word_to_the_shell() -> None:
    assert recipe("forget", "CUSTOMER=a b").endswith("forget 'a b' --profile 'sample'")
    assert recipe("prune", "ARGS=--keep 2").endswith("prune --keep 2")


def test_an_audit_fails_for_what_it_could_not_ask() -> None:
    assert " --strict " in recipe("audit")
