"""What a scheduler starts: every complete month since the first published one that is not whole yet, and the last mail.

Started again it does what is left, and nothing where nothing is: months that are published stay, mails that went out
are not sent again.
"""

from collections.abc import Callable
from dataclasses import replace

from retention_helpers.errors import NotebookError
from retention_helpers.params import load_profile
from retention_helpers.publishing.execution import Progress
from retention_helpers.publishing.failures import failures_of
from retention_helpers.publishing.mail.server import server_of

from .due import due_months
from .hidden import without_secrets
from .mailing import MailRequest, mail_month
from .run import RunRequest, run_months

MOST = 3

Say = Callable[[str], None]


def publish_and_mail(
    run: RunRequest, mail: MailRequest, say: Say, progress: Progress | None = None, *, most: int = MOST
) -> None:
    """Publish what is due, the last complete month and at most so many before it, then mail that one.

    It is sent only where ``mail`` says so. A month that fails does not keep the ones after it; those who hear of
    failures are told. Raises `NotebookError` when one failed, else the errors of `run_months` and `mail_month`.
    """
    if mail.send:
        server_of()  # what is not set is told now, not after an hour's work
    profile = load_profile(run.profile)
    due = due_months(run, profile, say, most)
    if due.passed_over:
        say(
            f"Not caught up at this start: {', '.join(due.passed_over)}. The next start goes on; "
            f"for more than {most} at once: --most N."
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
    kept = {item["period"] for item in failures_of(run.reports, profile.name)}
    for month in dict.fromkeys((*failed, due.last)):
        if month in failed and month not in kept:
            continue  # not a notebook failed but the front page: there is no failure to tell of, and no whole month
        try:
            mail_month(replace(mail, period=month), say)
        except NotebookError as error:
            failed.setdefault(month, error)
    if failed:
        raise NotebookError("\n".join(map(str, failed.values())))
