"""The command line: ``python -m retention_helpers COMMAND``. The only place that reads the clock, and that prints."""

import argparse
import json
import logging
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retention_helpers.errors import CallError, Fault, MachineError, RetentionError

if TYPE_CHECKING:
    from retention_helpers.pipeline import RunRequest

SAMPLE = "sample"
# What a shell reports of a program that a signal ended (130 Ctrl-C, 143 SIGTERM), or whose reader went away.
STOPPED, CUT_SHORT = 128, 141
MOST_COUNT, MOST_DAYS = 120, 36_500
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MOST_WORKERS = 64


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (see `retention_helpers.errors`)."""
    options = _parser().parse_args(arguments)
    try:
        with _stoppable():
            code = options.do(options)
        sys.stdout.flush()  # here, where a reader that went away can still be told from a fault
        return code
    except RetentionError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stop:
        print("stopped: what was not published by then stays as it was.", file=sys.stderr)
        return STOPPED + (stop.args[0] if stop.args else signal.SIGINT)
    except BrokenPipeError:
        # Who read our lines (head, less) has seen enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_SHORT
    except Exception:  # noqa: BLE001 (whatever is left is a fault of ours, and must say so)
        traceback.print_exc()
        print("error: a fault of ours; please report the lines above.", file=sys.stderr)
        return Fault.exit_code


@contextmanager
def _stoppable() -> Iterator[None]:
    """Meanwhile each signal that asks us to end does what Ctrl-C does: what was begun is put away on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears of signals
        return
    # One that is ignored (nohup) stays so.
    before = {number: signal.getsignal(number) for number in SIGNALS}
    taken = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


def _stop(number: int, frame: object) -> None:
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)  # putting away takes a moment, and a second call does not make it shorter
    # What was waiting for a kernel ends without one, and would say so in many lines.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)
    raise KeyboardInterrupt(int(number))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retention_helpers", description="Monthly customer-retention reports.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="publish a month, or several; what is unchanged is kept")
    _months(run)
    run.add_argument("--workers", type=_workers, metavar="N", help="notebooks run side by side; default: the cores")
    run.add_argument("--cold", action="store_true", help="start every kernel from nothing, not from a warm process")
    run.add_argument("--allow-partial", action="store_true", help="publish although a notebook failed, marked so")
    run.set_defaults(do=_run)

    monthly = commands.add_parser("monthly", help="for schedulers: publish what is due, then mail the last month")
    _profile(monthly)
    monthly.add_argument("--send", action="store_true", help="send the mails by the RETENTION_SMTP_... given")
    monthly.add_argument("--most", type=_count, default=3, metavar="N", help="missed months to catch up; default: 3")
    monthly.add_argument("--reports", type=_folder, metavar="FOLDER", help="where to publish; default: reports/")
    monthly.set_defaults(do=_monthly)

    plan = commands.add_parser("plan", help="say what a run would do with each notebook, and why")
    _months(plan)
    plan.add_argument("--json", action="store_true", help="for machines")
    plan.set_defaults(do=_plan)

    status = commands.add_parser("status", help="say what is published, since when, from which data, and what failed")
    _profile(status)
    status.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    status.add_argument("--json", action="store_true", help="for machines")
    status.set_defaults(do=_status)

    mail = commands.add_parser("mail", help="write the mails of a published month; send them when told")
    _profile(mail)
    mail.add_argument("--period", default="", metavar="YYYY-MM", help="default: the last month published or failed")
    mail.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    way = mail.add_mutually_exclusive_group()
    way.add_argument("--send", action="store_true", help="send them by the RETENTION_SMTP_... of the environment")
    way.add_argument("--preview", action="store_true", help="write them as pages to look at instead")
    mail.set_defaults(do=_mail)

    pdf = commands.add_parser("pdf", help="print the pages of a published month through the system's Chromium")
    _profile(pdf)
    pdf.add_argument("--period", default="", metavar="YYYY-MM", help="default: the last month published")
    pdf.add_argument("--notebooks", default="", metavar="A,B", help="only these; default: the front page and all")
    pdf.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    pdf.set_defaults(do=_pdf)

    check = commands.add_parser("data-check", help="say who is counted and every problem of the source")
    _profile(check)
    check.add_argument("--json", action="store_true", help="for machines")
    check.set_defaults(do=_data_check)

    forget = commands.add_parser("forget", help="take a customer out of facts, lists, pages and letters, for good")
    forget.add_argument("customer", help="an id of the customer, as the source has it")
    _profile(forget)
    forget.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    forget.set_defaults(do=_forget)

    prune = commands.add_parser("prune", help="remove old versions of months, and what is told below")
    prune.add_argument("--profile", default="", metavar="NAME|PATH", help="default: every profile with reports")
    prune.add_argument("--keep", type=_count, default=3, metavar="N", help="versions of a month; default: 3")
    prune.add_argument("--personal-days", type=_days, metavar="N", help="lists and letters of months over for so long")
    prune.add_argument("--cache-days", type=_days, metavar="N", help="facts that nothing has built for so long")
    prune.add_argument("--reports", type=_folder, metavar="FOLDER", help="where it was published; default: reports/")
    prune.set_defaults(do=_prune)

    new = commands.add_parser("new", help="begin a notebook from the template")
    new.add_argument("name")
    new.set_defaults(do=_new)

    sample = commands.add_parser("sample", help="write the sample company's source files")
    sample.add_argument("folder", type=Path, nargs="?", help="default: where the sample profile looks for them")
    sample.set_defaults(do=_sample)
    return parser


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", default=SAMPLE, metavar="NAME|PATH", help="params/profiles/NAME.yaml, or a path")


def _months(parser: argparse.ArgumentParser) -> None:
    """Which months and notebooks: the same for a run and for its plan."""
    _profile(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--period", default="", metavar="YYYY-MM,..", help="the months; default: the last complete one")
    which.add_argument("--from", dest="first", default="", metavar="YYYY-MM", help="the first of a row of months")
    parser.add_argument("--to", dest="last", default="", metavar="YYYY-MM", help="its last; default: the last complete")
    parser.add_argument("--notebooks", default="", metavar="A,B", help="only these; the others are carried over")
    parser.add_argument("--locale", default="", metavar="en|ru|uk", help="language; default: the profile's")
    parser.add_argument("--reports", type=_folder, metavar="FOLDER", help="where to publish; default: reports/")
    parser.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a notebook's own")
    parser.add_argument("--allow-incomplete", action="store_true", help="publish a month that is not over, marked so")
    parser.add_argument("--force", action="store_true", help="run what is unchanged, too")


def _request(options: argparse.Namespace, **more: Any) -> "RunRequest":
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import RunRequest

    if options.last and not options.first:
        raise CallError("--to names the last of a row of months: give its first with --from.")
    _make_sample(options.profile)
    return RunRequest(
        profile=options.profile,
        now=datetime.now(UTC),
        periods=_names(options.period),
        first=options.first,
        last=options.last,
        notebooks=_names(options.notebooks),
        locale=options.locale,
        parameters=dict(map(_parameter, options.parameter)),
        reports=options.reports or REPORTS,
        allow_incomplete=options.allow_incomplete,
        force=options.force,
        **more,
    )


def _run(options: argparse.Namespace) -> int:
    from retention_helpers.pipeline import run_months, without_secrets
    from retention_helpers.publishing.workers import Team

    team = Team(options.workers or _cores(), options.cold)
    request = _request(options, allow_partial=options.allow_partial, team=team)
    with _progress() as progress, without_secrets():
        results = run_months(request, partial(print, flush=True), progress)
    for result in results:
        if result.is_unchanged:
            print(f"Unchanged: {result.folder / 'index.html'}")
            continue
        for name in result.carried:
            print(f"Carried over: {name}")
        for name in result.failed:
            print(f"Failed: {name}")
        print(f"Published: {result.folder / 'index.html'}")
    return 0


def _plan(options: argparse.Namespace) -> int:
    from retention_helpers.pipeline import plan_months

    # Not among the results: what `--json` prints is JSON from its first letter.
    steps = plan_months(_request(options), partial(print, file=sys.stderr, flush=True))
    rows = [
        {"period": period, "notebook": step.notebook, "action": step.action, "why": step.why} for period, step in steps
    ]
    _print_rows(rows, is_json=options.json)
    return 0


def _status(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS, load_profile
    from retention_helpers.pipeline import status_of

    rows = status_of(load_profile(options.profile), options.reports or REPORTS)
    _print_rows(rows, is_json=options.json)
    return 0


def _print_rows(rows: Sequence[Mapping[str, str]], *, is_json: bool) -> None:
    """As a table with aligned columns, or as JSON."""
    if is_json:
        print(json.dumps(list(rows), indent=1, ensure_ascii=False))
        return
    if not rows:
        print("Nothing has been published.")
        return
    lines = [list(rows[0]), *([*row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f'"{text}" is no number of processes from 1 to {MOST_WORKERS}')
    return int(text)


def _cores() -> int:
    """As many as this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _monthly(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import MailRequest, RunRequest, publish_and_mail
    from retention_helpers.publishing.browser import page_printer
    from retention_helpers.publishing.workers import Team

    _make_sample(options.profile)
    now, reports = datetime.now(UTC), options.reports or REPORTS
    run = RunRequest(profile=options.profile, now=now, reports=reports, team=Team(_cores()))
    mail = MailRequest(
        profile=options.profile,
        now=now.replace(microsecond=0),
        reports=reports,
        send=options.send,
        print_page=page_printer(),
    )
    with _progress() as progress:
        publish_and_mail(run, mail, partial(print, flush=True), progress, most=options.most)
    return 0


def _count(text: str) -> int:
    return _whole(text, MOST_COUNT)


def _days(text: str) -> int:
    return _whole(text, MOST_DAYS)


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= most):
        raise argparse.ArgumentTypeError(f'"{text}" is no number from 1 to {most:,}')
    return int(text)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise CallError(f'"{twice[0]}" stands there twice in "{text}".')
    if text and not names:
        raise CallError(f'"{text}" names nothing. Leave the option out to get what is usual.')
    return names


def _folder(text: str) -> Path:
    # An empty one is a variable that was not set: nobody means the folder where the call happens to be made.
    if not text:
        raise argparse.ArgumentTypeError("it names no folder")
    return Path(text)


def _parameter(text: str) -> tuple[str, object]:
    """``NAME=VALUE``, the value read as JSON where it is one (12, 0.5, true), else as text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise CallError(f'"{text}" is no parameter. Write NAME=VALUE, for example cohorts_shown=6.')
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
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


def _forget(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import ForgetRequest, forget

    forget(ForgetRequest(options.profile, options.customer, options.reports or REPORTS), partial(print, flush=True))
    return 0


def _prune(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import PruneRequest, prune

    request = PruneRequest(
        today=datetime.now(UTC).date(),
        profile=options.profile,
        keep=options.keep,
        personal_days=options.personal_days,
        cache_days=options.cache_days,
        reports=options.reports or REPORTS,
    )
    prune(request, partial(print, flush=True))
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
