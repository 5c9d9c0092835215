"""The schedules in docs: each starts the same command, each can be read by what is to run it."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from retention_helpers import cli, errors
from retention_helpers.cli import commands as doing
from retention_helpers.cli.options import parser

ROOT = Path(__file__).resolve().parents[2]
SCHEDULES = ROOT / "docs" / "schedules"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"\.venv/bin/python -m retention_helpers (monthly [^\n\"`]*)")
HOUSE = "/srv/retention-reports"


def commands(text: str) -> list[list[str]]:
    return [shlex.split(found) for found in COMMAND.findall(text)]


@pytest.mark.parametrize("name", ["retention-reports@.service", "crontab", "github-actions.yml", "airflow_dag.py"])
def test_every_schedule_starts_the_same_command_and_it_is_one_of_ours(name: str) -> None:
    (words,) = commands((SCHEDULES / name).read_text(encoding="utf-8"))
    assert [word.replace("%i", "sample") for word in words] == ["monthly", "--profile", "sample", "--send"]
    options = parser().parse_args(words)
    assert (options.do, options.send) == (doing.monthly, True)


def test_every_schedule_is_listed_with_what_was_tried() -> None:
    for path in SCHEDULES.iterdir():
        assert f"](schedules/{path.name})" in OPERATIONS


def test_systemd_finds_no_fault_in_its_units(tmp_path: Path) -> None:
    """Without systemd on the machine the units are read by the rules that they have in common with other settings."""
    for path in SCHEDULES.glob("retention-reports@.*"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace(f"{HOUSE}/.venv/bin/python", sys.executable), encoding="utf-8")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert all(re.fullmatch(r"\[[A-Z][a-z]+\]|[A-Z][A-Za-z]+=.+", line) for line in lines)
    program = shutil.which("systemd-analyze")
    if program is not None:
        units = [str(tmp_path / f"retention-reports@.{kind}") for kind in ("service", "timer")]
        environment = os.environ | {"SYSTEMD_LOG_LEVEL": "warning"}
        done = subprocess.run([program, "verify", *units], env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        calendar = re.search(r"OnCalendar=(.*)", (tmp_path / "retention-reports@.timer").read_text())
        assert calendar is not None
        subprocess.run([program, "calendar", calendar[1]], check=True, capture_output=True)


def test_every_folder_that_the_unit_writes_to_is_in_a_fresh_clone_or_made_before_the_start(tmp_path: Path) -> None:
    text = (SCHEDULES / "retention-reports@.service").read_text(encoding="utf-8")
    said = dict(re.findall(r"^([A-Za-z]+)=(.*)", text, re.MULTILINE))
    # "+": outside of the namespace that could not be set up yet.
    before, made = said["ExecStartPre"].split(" -- ")
    assert before == f"+/usr/sbin/runuser -u {said['User']}"
    (tmp_path / "reports").mkdir()  # by its README
    subprocess.run(shlex.split(made.replace(HOUSE, str(tmp_path))), check=True)
    for path in said["ReadWritePaths"].split():
        assert Path(path.replace(HOUSE, str(tmp_path))).is_dir()
    assert (ROOT / "reports" / "README.md").is_file()


def test_the_cron_line_is_run_by_a_bare_shell_as_cron_would(tmp_path: Path) -> None:
    (line,) = [line for line in (SCHEDULES / "crontab").read_text().splitlines() if line.startswith("0 5 ")]
    minute, hour, days, month, weekday, order = line.split(" ", 5)
    assert (minute, hour, days, month, weekday) == ("0", "5", "1-7", "*", "*")
    assert "%" not in order  # to cron a line end
    (tmp_path / "env").write_text("RETENTION_SMTP_HOST=mail.shop.example\n", encoding="utf-8")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$RETENTION_SMTP_HOST $*"\n', encoding="utf-8")
    python.chmod(0o755)
    here = order.replace(HOUSE, str(tmp_path)).replace("/etc/retention-reports.env", str(tmp_path / "env"))
    call = ["env", "-i", "/bin/sh", "-c", here]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout == "mail.shop.example -m retention_helpers monthly --profile sample --send\n"


def test_the_workflow_runs_once_at_a_time_and_keeps_secrets_in_their_store() -> None:
    # YAML's first version takes "on" for a truth value.
    content = yaml.safe_load((SCHEDULES / "github-actions.yml").read_text(encoding="utf-8").replace("\non:", "\n'on':"))
    assert content["on"]["schedule"] == [{"cron": "0 5 1-7 * *"}]
    assert content["concurrency"]["cancel-in-progress"] is False
    (job,) = content["jobs"].values()
    assert "self-hosted" in job["runs-on"]
    assert job["steps"][-1]["env"]["RETENTION_SMTP_PASSWORD"] == "${{ secrets.RETENTION_SMTP_PASSWORD }}"
    assert (ROOT / job["steps"][1]["run"].split()[0]).is_file()


def test_the_dag_has_one_task_that_runs_alone_and_does_not_catch_up_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (SCHEDULES / "airflow_dag.py").read_text(encoding="utf-8")
    ast.parse(source)
    made: dict[str, dict[str, Any]] = {}

    class Stand:
        def __init__(self, **given: Any) -> None:
            made[type(self).__name__] = given

        def __enter__(self) -> "Stand":
            return self

        def __exit__(self, *_: object) -> None:
            pass

    for name, inside in {"airflow": "DAG", "airflow.operators": "", "airflow.operators.bash": "BashOperator"}.items():
        module = ModuleType(name)
        setattr(module, inside or "nothing", type(inside or "Nothing", (Stand,), {}))
        monkeypatch.setitem(sys.modules, name, module)
    exec(compile(source, "airflow_dag.py", "exec"), {})
    assert (made["DAG"]["catchup"], made["DAG"]["max_active_runs"]) == (False, 1)
    assert made["BashOperator"]["cwd"] == HOUSE
    assert made["BashOperator"]["skip_on_exit_code"] == errors.LockedError.exit_code


def test_operations_tell_what_to_do_after_every_exit_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    codes = {kind.exit_code for kind in kinds} | {0, *(cli.STOPPED + number for number in cli.SIGNALS)}
    rows = re.findall(r"^\| ([\d, ]+) \| \S.* \| \S.* \|$", OPERATIONS, re.MULTILINE)
    told = {int(code) for row in rows for code in row.split(",")}
    assert told == codes


WHEN = ("disk is full", "lock", "source is missing", "facts are corrupt", "mail was refused", "run again", "restated")


@pytest.mark.parametrize("what", [*WHEN, "notebook failed", "asks to be forgotten"])
def test_operations_tell_what_to_do_when(what: str) -> None:
    headings = re.findall(r"^- \*\*(.+?)\*\*", OPERATIONS, re.MULTILINE)
    assert any(what in heading for heading in headings)


def test_every_command_that_operations_name_can_be_read() -> None:
    found = commands(OPERATIONS) + [
        shlex.split(line) for line in re.findall(r"-m retention_helpers (forget [^\n`]*)", OPERATIONS)
    ]
    assert len(found) == 2
    for words in found:
        parser().parse_args(words)
