"""What each command does: from its options to a request, and from the result to lines. Reads the clock."""

import argparse
import json
import os
import shutil
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from retention_helpers.errors import CallError

from .company import SAMPLE, make_sample, sample_folder, write_sample
from .screen import print_rows, progress

if TYPE_CHECKING:
    from retention_helpers.pipeline import RunRequest
    from retention_helpers.publishing.request import MonthResult


def run(options: argparse.Namespace) -> int:
    from retention_helpers.params import load_profile
    from retention_helpers.pipeline import run_months, seconds_of, without_secrets
    from retention_helpers.publishing.workers import Team

    team = Team(options.workers or _cores(), options.cold)
    request = _request(options, allow_partial=options.allow_partial, team=team)
    with progress(seconds_of(load_profile(request.profile), request.reports)) as show, without_secrets():
        run_months(request, partial(print, flush=True), show, _tell_month)
    return 0


def _tell_month(result: "MonthResult") -> None:
    if result.is_unchanged:
        print(f"Unchanged: {result.folder / 'index.html'}", flush=True)
        return
    for name in result.carried:
        print(f"Carried over: {name}")
    for name in result.failed:
        print(f"Failed: {name}")
    print(f"Published: {result.folder / 'index.html'}", flush=True)


def plan(options: argparse.Namespace) -> int:
    from retention_helpers.pipeline import plan_months

    # Not among the results: what `--json` prints is JSON from its first letter.
    steps = plan_months(_request(options), partial(print, file=sys.stderr, flush=True))
    rows = [
        {"period": period, "notebook": step.notebook, "action": step.action, "why": step.why} for period, step in steps
    ]
    print_rows(rows, is_json=options.json)
    return 0


def status(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS, load_profile
    from retention_helpers.pipeline import status_of

    rows = status_of(load_profile(options.profile), options.reports or REPORTS)
    print_rows(rows, is_json=options.json)
    return 0


def monthly(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS, load_profile
    from retention_helpers.pipeline import MailRequest, RunRequest, publish_and_mail, seconds_of
    from retention_helpers.publishing.browser import page_printer
    from retention_helpers.publishing.workers import Team

    make_sample(options.profile)
    now, reports = datetime.now(UTC), options.reports or REPORTS
    run = RunRequest(profile=options.profile, now=now, reports=reports, team=Team(_cores()))
    mail = MailRequest(
        profile=options.profile,
        now=now.replace(microsecond=0),
        reports=reports,
        send=options.send,
        print_page=page_printer(),
    )
    with progress(seconds_of(load_profile(run.profile), reports)) as show:
        publish_and_mail(run, mail, partial(print, flush=True), show, most=options.most)
    return 0


def data_check(options: argparse.Namespace) -> int:
    from retention_helpers.params import load_profile
    from retention_helpers.pipeline import check_data

    make_sample(options.profile)
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


def mail(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import MailRequest, mail_month
    from retention_helpers.publishing.browser import page_printer

    request = MailRequest(
        profile=options.profile,
        now=datetime.now(UTC).replace(microsecond=0),
        period=options.period or "",
        reports=options.reports or REPORTS,
        send=options.send,
        preview=options.preview,
        alerts_only=options.alerts,
        print_page=page_printer(),
    )
    mail_month(request, partial(print, flush=True))
    return 0


def pdf(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import PrintRequest, print_month
    from retention_helpers.publishing.browser import page_printer

    request = PrintRequest(
        profile=options.profile,
        print_page=page_printer(),
        period=options.period or "",
        notebooks=_names(options.notebooks),
        reports=options.reports or REPORTS,
    )
    print(f"Printed: {print_month(request, partial(print, flush=True))}")
    return 0


def forget(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import ForgetRequest, forget

    forget(ForgetRequest(options.profile, options.customer, options.reports or REPORTS), partial(print, flush=True))
    return 0


def prune(options: argparse.Namespace) -> int:
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import PruneRequest, prune

    request = PruneRequest(
        today=datetime.now(UTC).date(),
        profile=options.profile or "",
        keep=options.keep,
        personal_days=options.personal_days,
        cache_days=options.cache_days,
        reports=options.reports or REPORTS,
    )
    prune(request, partial(print, flush=True))
    return 0


def new(options: argparse.Namespace) -> int:
    from retention_helpers.pipeline import new_notebook

    print(f"Made {new_notebook(options.name)}. Open it with: make notebook")
    return 0


def sample(options: argparse.Namespace) -> int:
    if options.folder is None:
        make_sample(SAMPLE)
    else:
        write_sample(options.folder)
    print(f"The sample company's files are in {options.folder or sample_folder()}")
    return 0


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise CallError(f'"{twice[0]}" stands there twice in "{text}".')
    if text and not names:
        raise CallError(f'"{text}" names nothing. Leave the option out to get what is usual.')
    return names


def _parameter(text: str) -> tuple[str, object]:
    """``NAME=VALUE``, the value read as JSON where it is one (12, 0.5, true), else as text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise CallError(f'"{text}" is no parameter. Write NAME=VALUE, for example cohorts_shown=6.')
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value


def _cores() -> int:
    """As many as this process may use, which can be fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _request(options: argparse.Namespace, **more: Any) -> "RunRequest":
    from retention_helpers.params import REPORTS
    from retention_helpers.pipeline import RunRequest

    if options.last and not options.first:
        raise CallError("--to names the last of a row of months: give its first with --from.")
    make_sample(options.profile)
    return RunRequest(
        profile=options.profile,
        now=datetime.now(UTC),
        periods=options.period.split(",") if options.period else (),
        first=options.first or "",
        last=options.last or "",
        notebooks=_names(options.notebooks),
        locale=options.locale,
        parameters=dict(map(_parameter, options.parameter)),
        reports=options.reports or REPORTS,
        allow_incomplete=options.allow_incomplete,
        force=options.force,
        **more,
    )
