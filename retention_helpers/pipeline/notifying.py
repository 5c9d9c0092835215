"""The alerts of a month to the company's chats: once each, recorded beside the mails."""

from datetime import datetime

from retention_helpers.errors import MailError
from retention_helpers.publishing.channels import VARIABLE, Channel, message_of, tell
from retention_helpers.publishing.mail.outbox import Outbox, Sent
from retention_helpers.publishing.mail.published import open_published

from .drafts import Desk, Say

LIST = "alerts"


def tell_channels(desk: Desk, channels: tuple[Channel, ...], now: datetime, say: Say) -> None:
    """Tell each channel of the month's alerts, unless it knows of them already; of a calm month nobody hears.

    Raises `MailError` with the services that did not take the message, after the others have it, and with those that a
    killed run may have told: nobody is told twice unasked. Raises what `open_published` raises.
    """
    month = open_published(desk.month)
    message = message_of(month, desk.words(month.locale), desk.links()) if channels else None
    if message is None:
        return
    outbox = Outbox(desk.reports, desk.profile.name, desk.period)
    failed = []
    for channel in channels:
        served = outbox.served(LIST, desk.period).get(channel.key)
        if served is not None:
            say(f"alerts: {channel.service}: went out already, {served.at}.")
            continue
        entry = Sent(channel.key, LIST, desk.period, now.isoformat(timespec="seconds"), month.manifest["run_id"])
        outbox.begin([entry])
        is_told = tell(channel, message)
        outbox.settle([entry], [channel.key] if is_told else [], now)
        if is_told:
            say(f"alerts: sent to {channel.service}.")
        else:
            failed.append(channel.service)
    _complain(outbox, desk, failed)


def _complain(outbox: Outbox, desk: Desk, failed: list[str]) -> None:
    half = [key for key, entry in outbox.served(LIST, desk.period).items() if entry.state == "sending"]
    lines = []
    if failed:
        lines.append(
            f"alerts not delivered: {', '.join(failed)} did not take the message. Check {VARIABLE} and the network, "
            "and start again: the others are not told twice."
        )
    if half:
        lines.append(
            f"an earlier run was cut off while it told {', '.join(half)}; the message may have arrived. To send it "
            f"again remove the entry from {outbox.folder / 'sent.json'}; else set its state to sent."
        )
    if lines:
        raise MailError("\n".join(lines))
