"""The command line: ``python -m retention_helpers COMMAND``. The only place that reads the clock, and that prints."""

import argparse
import json
import os
import shutil
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from retention_helpers.errors import CallError, Fault, MachineError, RetentionError

SAMPLE = "sample"
# What a shell reports of a program that was interrupted, or whose reader went away.
STOPPED, CUT_SHORT = 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (see `retention_helpers.errors`)."""
    options = _parser().parse_args(arguments)
    try:
        code = options.do(options)
        sys.stdout.flush()  # here, where a reader that went away can still be told from a fault
        return code
    except RetentionError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped: nothing was published.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Who read our lines (head, less) has seen enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_SHORT
    except Exception:  # noqa: BLE001 (whatever is left is a fault of ours, and must say so)
        traceback.print_exc()
        print("error: a fault of ours; please report the lines above.", file=sys.stderr)
        return Fault.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retention_helpers", description="Monthly customer-retention reports.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="publish a month")
    _profile(run)
    run.add_argument("--period", default="", metavar="YYYY-MM", help="the month; default: the last complete one")
    run.add_argument("--notebooks", default="", metavar="A,B", help="only these; the others are carried over")
    run.add_argument("--locale", default="", metavar="en|ru|uk", help="language; default: the profile's")
    run.add_argument("--reports", type=Path, metavar="FOLDER", help="where to publish; default: reports/")
    run.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a notebook's own")
    run.add_argument("--allow-incomplete", action="store_true", help="publish a month that is not over, marked so")
    run.add_argument("--cold", action="store_true", help="start every kernel from nothing, not from a warm process")
    run.add_argument("--allow-partial", action="store_true", help="publish although a notebook failed, marked so")
    run.set_defaults(do=_run)

    mail = commands.add_parser("mail", help="write the mails of a published month; send them when told")
    _profile(mail)
    mail.add_argument("--period", default="", metavar="YYYY-MM", help="default: the last month published or failed")
    mail.add_argument("--reports", type=Path, metavar="FOLDER", help="where it was published; default: reports/")
    way = mail.add_mutually_exclusive_group()
    way.add_argument("--send", action="store_true", help="send them by the RETENTION_SMTP_... of the environment")
    way.add_argument("--alerts", action="store_true", help="only tell the channels of RETENTION_ALERT_URLS of alerts")
    way.add_argument("--preview", action="store_true", help="write them as pages to look at instead")
    mail.set_defaults(do=_mail)

    pdf = commands.add_parser("pdf", help="print the pages of a published month through the system's Chromium")
    _profile(pdf)
    pdf.add_argument("--period", default="", metavar="YYYY-MM", help="default: the last month published")
    pdf.add_argument("--notebooks", default="", metavar="A,B", help="only these; default: the front page and all")
    pdf.add_argument("--reports", type=Path, metavar="FOLDER", help="where it was published; default: reports/")
    pdf.set_defaults(do=_pdf)

    check = commands.add_parser("data-check", help="say who is counted and every problem of the source")
    _profile(check)
    check.add_argument("--json", action="store_true", help="for machines")
    check.set_defaults(do=_data_check)

    new = commands.add_parser("new", help="begin a notebook from the template")
    new.add_argument("name")
    new.set_defaults(do=_new)

    sample = commands.add_parser("sample", help="write the sample company's source files")
    sample.add_argument("folder", type=Path, nargs="?", help="default: where the sample profile looks for them")
    sample.set_defaults(do=_sample)
    return parser


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", default=SAMPLE, metavar="NAME|PATH", help="params/profiles/NAME.yaml, or a path")


def _run(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import RunRequest, run_month

    _make_sample(options.profile)
    request = RunRequest(
        profile=options.profile,
        now=datetime.now(UTC),
        period=options.period,
        notebooks=_names(options.notebooks),
        locale=options.locale,
        parameters=dict(map(_parameter, options.parameter)),
        reports=options.reports or REPORTS,
        allow_incomplete=options.allow_incomplete,
        allow_partial=options.allow_partial,
        cold=options.cold,
    )
    with _progress() as progress:
        result = run_month(request, partial(print, flush=True), progress)
    for name in result.carried:
        print(f"Carried over: {name}")
    for name in result.failed:
        print(f"Failed: {name}")
    print(f"Published: {result.folder / 'index.html'}")
    return 0


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _parameter(text: str) -> tuple[str, object]:
    """``NAME=VALUE``, the value read as JSON where it is one (12, 0.5, true), else as text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise CallError(f'"{text}" is no parameter. Write NAME=VALUE, for example cohorts_shown=6.')
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _data_check(options: argparse.Namespace) -> int:
    from retention_helpers.params import load_profile
    from retention_helpers.pipeline import check_data

    _make_sample(options.profile)
    found = check_data(load_profile(options.profile))
    if options.json:
        body = {
            "rows": found.rows,
            "first_month": found.first_month,
            "data_through": found.data_through.isoformat(),
            "last_complete": found.last_complete,
            "who_is_counted": found.counted.to_dict("records"),
            "problems": found.problems.to_dict("records"),
        }
        print(json.dumps(body, indent=1, ensure_ascii=False, default=str))
        return 0
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    print("\n".join(found.lines(width)))
    return 0


def _mail(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import MailRequest, mail_month
    from retention_helpers.publishing.browser import page_printer

    request = MailRequest(
        profile=options.profile,
        now=datetime.now(UTC).replace(microsecond=0),
        period=options.period,
        reports=options.reports or REPORTS,
        send=options.send,
        preview=options.preview,
        alerts_only=options.alerts,
        print_page=page_printer(),
    )
    mail_month(request, partial(print, flush=True))
    return 0


def _pdf(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import PrintRequest, print_month
    from retention_helpers.publishing.browser import page_printer

    request = PrintRequest(
        profile=options.profile,
        print_page=page_printer(),
        period=options.period,
        notebooks=_names(options.notebooks),
        reports=options.reports or REPORTS,
    )
    print(f"Printed: {print_month(request, partial(print, flush=True))}")
    return 0


def _new(options: argparse.Namespace) -> int:
    from retention_helpers.pipeline import new_notebook

    print(f"Made {new_notebook(options.name)}. Open it with: make notebook")
    return 0


def _sample(options: argparse.Namespace) -> int:
    if options.folder is None:
        _make_sample(SAMPLE)
    else:
        _write_sample(options.folder)
    print(f"The sample company's files are in {options.folder or _sample_folder()}")
    return 0


def _make_sample(profile: str) -> None:
    """The sample company's files are made, not shipped: once, when its profile is first used."""
    folder = _sample_folder()
    if profile == SAMPLE and not (folder / "truth" / "truth.json").is_file():
        # Not among the results: what `data-check --json` prints is JSON from its first letter.
        print("Sample company: making its files.", file=sys.stderr)
        _write_sample(folder)


def _write_sample(folder: Path) -> None:
    from retention_helpers.sample import write_company

    try:
        write_company(folder)
    except OSError as error:
        raise MachineError(
            f"{folder}: the sample company cannot be written: {error.strerror}. Free the disk or set RETENTION_CACHE."
        ) from error


def _sample_folder() -> Path:
    from retention_helpers.params import cache_folder

    return cache_folder() / "sample-company"


@contextmanager
def _progress() -> Iterator:
    """A bar in a terminal; a plain line per notebook in a log."""
    if not sys.stdout.isatty():
        yield _plain_progress
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as bar:
        tasks: dict[str, int] = {}

        def show(notebook: str, cell: int, cells: int) -> None:
            if notebook not in tasks:
                tasks[notebook] = bar.add_task(notebook, total=cells)
            bar.update(tasks[notebook], completed=cell)

        yield show


def _plain_progress(notebook: str, cell: int, cells: int) -> None:
    if cell == 1:
        print(f"{notebook}: {cells} cells", flush=True)
