"""The mail of one month: every letter is written to the outbox; it is sent only when told, and never twice."""

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from retention_helpers.errors import CallError, MailError, NotebookError
from retention_helpers.params import REPORTS, Profile, load_profile, load_recipients
from retention_helpers.periods import Period
from retention_helpers.publishing.browser import PrintPage
from retention_helpers.publishing.channels import VARIABLE, channels_of
from retention_helpers.publishing.failures import failures_of
from retention_helpers.publishing.mail.delivery import Sleep, deliver
from retention_helpers.publishing.mail.message import Envelope, build
from retention_helpers.publishing.mail.outbox import Outbox, Sent
from retention_helpers.publishing.mail.preview import preview_page
from retention_helpers.publishing.mail.server import Server, sender_of, server_of
from retention_helpers.publishing.versions import periods_in

from .drafts import Desk, Draft, Say, failure_draft, month_drafts
from .lock import lock
from .notifying import tell_channels
from .readiness import check_anybody


@dataclass(frozen=True)
class MailRequest:
    """What the command line asks for. ``sleep``, ``context`` and ``print_page`` are given by whoever has others."""

    profile: str
    now: datetime
    period: str = ""
    reports: Path = REPORTS
    send: bool = False
    preview: bool = False
    alerts_only: bool = False
    sleep: Sleep = time.sleep
    context: ssl.SSLContext | None = None
    print_page: PrintPage | None = None


def mail_month(request: MailRequest, say: Say) -> list[Path]:
    """Write the mails of a month (the last one, unless named), and send them when told; returns the files written.

    What is sent, the channels of the environment hear the alerts of; ``alerts_only`` tells them, and sends no mail.
    Raises `NotebookError` for a month that failed, after those who hear of failures were told; `CallError` where there
    is nothing to mail or nobody to send to; `MailError` when an address did not get its mail. An address that has it
    already is left alone.
    """
    profile = load_profile(request.profile)
    if request.alerts_only:
        return _alerts(request, profile, say)
    recipients = load_recipients(profile.recipients_path)
    server = server_of() if request.send else None
    period = _period(request, profile)
    desk = Desk(profile, period, request.reports, sender_of(), request.print_page)
    channels = channels_of(f"{profile.name} {period}") if request.send else ()
    with lock(request.reports / profile.name):
        failures = [item for item in failures_of(request.reports, profile.name) if item["period"] == period]
        if failures:
            drafts = [failure_draft(desk, recipients.failures, failures)] if recipients.failures else []
            raise _failed(period, failures, partial(_out, request, desk, drafts, server, say))
        drafts = month_drafts(desk, recipients, say)
        if request.send:
            check_anybody([draft.to for draft in drafts])
        return _all_of(
            [
                partial(_out, request, desk, drafts, server, say),
                partial(tell_channels, desk, channels, request.now, say),
            ]
        )


def _failed(period: str, failures: Sequence[Mapping[str, str]], tell: Callable[[], list[Path]]) -> NotebookError:
    """The error of a month that failed, once those who hear of failures were told."""
    names = ", ".join(item["notebook"] for item in failures)
    told = f"{period} failed ({names}), so its report is not mailed. Publish it again: make report PERIOD={period}"
    try:
        tell()
    except MailError as error:
        # That a notebook failed is the graver news, and the one that the exit code tells of.
        told += f"\n{error}"
    return NotebookError(told)


def _alerts(request: MailRequest, profile: Profile, say: Say) -> list[Path]:
    """Tell the channels alone; refused where the environment names none."""
    period = _period(request, profile)
    channels = channels_of(f"{profile.name} {period}")
    if not channels:
        raise CallError(f"there is no channel to tell. Set {VARIABLE}.")
    if any(item["period"] == period for item in failures_of(request.reports, profile.name)):
        raise NotebookError(f"{period} failed, so nobody is told of its alerts. Publish it again: make report")
    with lock(request.reports / profile.name):
        tell_channels(Desk(profile, period, request.reports, sender_of()), channels, request.now, say)
    return []


def _all_of(steps: Sequence[Callable[[], list[Path] | None]]) -> list[Path]:
    """Do each step though another failed: a chat that is down keeps nobody from the mail, nor the other way round."""
    done, faults = [], []
    for step in steps:
        try:
            done += step() or []
        except MailError as error:
            faults.append(str(error))
    if faults:
        raise MailError("\n".join(faults))
    return done


def _period(request: MailRequest, profile: Profile) -> str:
    if request.period:
        return Period.parse(request.period).label
    # The last month that was tried: a failed one must not make the one before it news again.
    failed = [item["period"] for item in failures_of(request.reports, profile.name)]
    known = [*periods_in(request.reports / profile.name), *failed]
    if not known:
        raise CallError(f"{profile.name}: no month was published. Publish one first: make report")
    return max(known)


def _out(request: MailRequest, desk: Desk, drafts: Sequence[Draft], server: Server | None, say: Say) -> list[Path]:
    outbox = Outbox(request.reports, desk.profile.name, desk.period)
    if request.preview:
        written = [outbox.write(_name(draft, "html"), preview_page(draft.letter).encode()) for draft in drafts]
        for path in written:
            say(f"Preview: {path}")
        return written
    # All are made before one is written: a call that is refused leaves nothing behind.
    messages = [build(draft.letter, _envelope(draft, desk, request.now), draft.attachments) for draft in drafts]
    waiting, written = [], []
    for draft, message in zip(drafts, messages, strict=True):
        served = outbox.served(draft.list, draft.about)
        pending = [address for address in draft.to.addresses if address not in served]
        if served and not pending:
            say(f"{draft.list}: went out already, {max(entry.at for entry in served.values())}.")
            continue
        written.append(outbox.write(_name(draft, "eml"), message))
        say(f"{draft.list}: {written[-1]} ({len(message) / 1024:,.0f} KB) {_for_whom(draft)}")
        if pending:
            waiting.append((draft, pending, message))
    if server is not None:
        _send(request, outbox, waiting, server, say)
    _complain(outbox, drafts)
    return written


def _send(request: MailRequest, outbox: Outbox, waiting: Sequence[tuple], server: Server, say: Say) -> None:
    """Send to all who wait; one list's trouble does not keep the others from their mail."""
    faults = []
    now = request.now.isoformat(timespec="seconds")
    for draft, pending, message in waiting:
        entries = [Sent(address, draft.list, draft.about, now, draft.report) for address in pending]
        outbox.begin(entries)
        outcome = deliver(message, pending, server, request.sleep, request.context)
        outbox.settle(entries, outcome.delivered, request.now)
        for address in outcome.delivered:
            say(f"{draft.list}: sent to {address}.")
        faults += [f"  {draft.list}: {address}: {why}" for address, why in outcome.refused.items()]
    if faults:
        raise MailError(
            "not delivered:\n" + "\n".join(faults) + "\nThe others have their mail. Start again to try these."
        )


def _complain(outbox: Outbox, drafts: Sequence[Draft]) -> None:
    """Name the mails that a killed run left half-way: they may have arrived, so nobody sends them again unasked."""
    half = [
        f"  {entry.list}: {entry.to}"
        for draft in drafts
        for entry in outbox.served(draft.list, draft.about).values()
        if entry.state == "sending"
    ]
    if half:
        raise MailError(
            "an earlier run was cut off while it sent these; they may have arrived:\n"
            + "\n".join(half)
            + f"\nTo send one again remove its entry from {outbox.folder / 'sent.json'}; else set its state to sent."
        )


def _envelope(draft: Draft, desk: Desk, now: datetime) -> Envelope:
    report = f"{desk.profile.name} {desk.period} {draft.report}"
    return Envelope(desk.sender, desk.profile.title, draft.to.addresses, draft.list, report, now)


def _name(draft: Draft, ending: str) -> str:
    return f"{draft.list}.{draft.letter.language}.{ending}"


def _for_whom(draft: Draft) -> str:
    if draft.to.addresses:
        return f"for {', '.join(draft.to.addresses)}"
    return f"for nobody yet: {' and '.join(draft.to.unset) or 'no address'} is not set"
