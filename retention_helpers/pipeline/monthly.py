"""What a scheduler starts: every complete month since the first published one that is not whole yet, and the last mail.

Started again it does what is left, and nothing where nothing is: months that are published stay, mails that went out
are not sent again.
"""

from collections.abc import Sequence
from dataclasses import replace

from retention_helpers.errors import CallError, MailError, NotebookError, RetentionError
from retention_helpers.params import load_profile
from retention_helpers.publishing.execution import Progress
from retention_helpers.publishing.failures import failures_of

from .due import due_months
from .hidden import without_secrets
from .mailing import MailRequest, mail_month
from .notebooks import suite_of
from .readiness import check_mail
from .run import run_months
from .run_request import RunRequest, Say

MOST = 3


def publish_and_mail(
    run: RunRequest, mail: MailRequest, say: Say, progress: Progress | None = None, *, most: int = MOST
) -> None:
    """Publish what is due, the last complete month and at most so many before it, then mail that one.

    It is sent only where ``mail`` says so. A month that fails does not keep the ones after it; those who hear of
    failures are told. Raises `CallError` before anything is begun, `NotebookError` when a month failed, whatever else
    went wrong; otherwise the errors of `run_months` and `mail_month`.
    """
    profile = load_profile(run.profile)
    check_mail(profile, suite_of(profile, run.folder), is_sent=mail.send)
    due = due_months(run, profile, say, most)
    if due.passed_over:
        say(
            f"Not caught up at this start: {', '.join(due.passed_over)}. The next start goes on; "
            f"for more than {most} at once: --most N."
        )
    if not due.months:
        say(f"{due.last} is published; no later month is complete.")
    failed = _publish(run, due.months, say, progress)
    kept = {item["period"] for item in failures_of(run.reports, profile.name)}
    # Where the front page failed and no notebook, there is no failure to tell of, and no whole month to mail.
    mailed = [month for month in dict.fromkeys((*failed, due.last)) if month not in failed or month in kept]
    faults = _mail(mail, mailed, say)
    if failed or any(isinstance(fault, NotebookError) for fault in faults):
        raise NotebookError("\n".join(map(str, (*failed.values(), *faults))))
    if faults:
        # A call that is refused has begun nothing: after a month was published it is its mail that did not go out.
        is_late = due.months and isinstance(faults[0], CallError)
        raise MailError(str(faults[0])) if is_late else faults[0]


def _publish(run: RunRequest, months: Sequence[str], say: Say, progress: Progress | None) -> dict[str, NotebookError]:
    """Publish each month though another failed; those that did."""
    failed: dict[str, NotebookError] = {}
    for month in months:
        try:
            with without_secrets():
                (done,) = run_months(replace(run, periods=[month]), say, progress)
            say(f"Published: {done.folder / 'index.html'}")
        except NotebookError as error:
            failed[month] = error
            # At once: whatever ends the call later, the log says which cell it was.
            say(f"{error}\n{month} failed; it is tried again at the next start.")
    return failed


def _mail(mail: MailRequest, months: Sequence[str], say: Say) -> list[RetentionError]:
    """Mail each month though another could not be; what went wrong."""
    faults: list[RetentionError] = []
    for month in months:
        try:
            mail_month(replace(mail, period=month), say)
        except RetentionError as error:
            faults.append(error)
    return faults
