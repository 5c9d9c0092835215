"""What a scheduler starts: every complete month since the last published one is published, then the last one is mailed.

Started again it does what is left, and nothing where nothing is: months that are published stay, mails that went out
are not sent again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from retention_helpers.errors import NotebookError
from retention_helpers.params import load_profile
from retention_helpers.periods import Period
from retention_helpers.publishing.execution import Progress
from retention_helpers.publishing.failures import failures_of, manifest_of
from retention_helpers.publishing.mail.server import server_of
from retention_helpers.publishing.versions import periods_in
from retention_helpers.report import mark_told

from .hidden import without_secrets
from .lock import lock
from .mailing import MailRequest, mail_month
from .places import absolute_places
from .run import RunRequest, facts_and_periods, run_months
from .writable import check_writable

MOST = 3

Say = Callable[[str], None]


@dataclass(frozen=True)
class Due:
    """The months to publish, the earliest first; those that are too many; the last one that is complete."""

    months: Sequence[str]
    passed_over: Sequence[str]
    last: str


def publish_and_mail(
    run: RunRequest, mail: MailRequest, say: Say, progress: Progress | None = None, *, most: int = MOST
) -> None:
    """Publish what is due, at most so many months, then mail the last complete month; sent only where ``mail`` says so.

    A month that fails does not keep the ones after it; those who hear of failures are told. Raises `NotebookError`
    when one failed, else the errors of `run_months` and `mail_month`.
    """
    if mail.send:
        server_of()  # what is not set is told now, not after an hour's work
    due = _due(run, say, most)
    if due.passed_over:
        say(
            f"Not caught up, for at most {most} months are: {', '.join(due.passed_over)}. "
            "Publish them with: run --period YYYY-MM"
        )
    if not due.months:
        say(f"{due.last} is published; no later month is complete.")
    failed: dict[str, NotebookError] = {}
    for month in due.months:
        try:
            with without_secrets():
                (done,) = run_months(replace(run, periods=[month]), say, progress)
            say(f"Published: {done.folder / 'index.html'}")
        except NotebookError as error:
            failed[month] = error
            say(f"{month} failed; it is tried again at the next start.")
    for month in dict.fromkeys((*failed, due.last)):
        try:
            mail_month(replace(mail, period=month), say)
        except NotebookError as error:
            failed.setdefault(month, error)
    if failed:
        raise NotebookError("\n".join(map(str, failed.values())))


def _due(run: RunRequest, say: Say, most: int) -> Due:
    profile = load_profile(run.profile)
    check_writable(run.reports)
    with absolute_places(profile), lock(run.reports / profile.name):
        # They are built here where the source has changed, and found ready by the runs that follow.
        facts, (last,) = facts_and_periods(profile, replace(run, periods=()), say)
        facts.close()
        mark_told(profile)
    done = {month for month in map(Period.parse, _published(run.reports / profile.name)) if month <= last}
    since = max(done) + 1 if done else last
    # One that failed waits for its repair, however many were published after it.
    failed = {Period.parse(item["period"]) for item in failures_of(run.reports, profile.name)}
    wanted = {Period(index) for index in range(since.index, last.index + 1)} | {m for m in failed - done if m <= last}
    months = [month.label for month in sorted(wanted)]
    return Due(months[-most:], months[:-most], last.label)


def _published(folder: Path) -> list[str]:
    """The months that need no other run: whole, and over when they were made."""
    manifests = {period: manifest_of(folder / period) for period in periods_in(folder)}
    return [period for period, said in manifests.items() if said.get("is_complete") and not said.get("failed")]
