"""Alerts in the company's chats: one short message to each address of the environment, through apprise."""

import hashlib
import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from retention_helpers.errors import CallError
from retention_helpers.words import Words

from .followups import Alert
from .mail.contents import Links, plain
from .mail.published import Published

VARIABLE = "RETENTION_ALERT_URLS"
# A comma may belong to an address: what separates stands before the next service's name.
_BETWEEN = re.compile(r"[\s,]+(?=[A-Za-z0-9]{2,20}://)")
_SERVICE = re.compile(r"([A-Za-z0-9]{2,20})://")


@dataclass(frozen=True)
class Channel:
    """Where alerts go. ``service`` is told to people, ``key`` to the record, ``address``, a secret, to nobody."""

    service: str
    key: str
    address: str = field(repr=False)


@dataclass(frozen=True)
class Message:
    title: str
    body: str


def channels_of(about: str) -> tuple[Channel, ...]:
    """The channels that the environment names; ``about`` is what they are not to hear of twice.

    Raises `CallError` where apprise is not installed, or does not know an address.
    """
    text = os.environ.get(VARIABLE, "").strip()
    addresses = [part.strip(", ") for part in _BETWEEN.split(text)] if text else []
    return tuple(_channel(address, number, about) for number, address in enumerate(addresses, start=1))


def message_of(month: Published, words: Words, links: Links) -> Message | None:
    """The alerts of a month in words; nothing where there is none."""
    alerts = [Alert.read(item) for item in month.headline.get("alerts", ())]
    if not alerts:
        return None
    title = words.plural(
        "{company}: {n} alert, {month}",
        "{company}: {n} alerts, {month}",
        len(alerts),
        company=plain(month.headline["company"]),
        month=words.month(month.headline["period"]),
    )
    told = ["\n".join(plain(text) for text in (alert.headline, alert.size, alert.sentence) if text) for alert in alerts]
    return Message(title, "\n\n".join(filter(None, (*told, links.page("index")))))


def tell(channel: Channel, message: Message) -> bool:
    """Hand the message over; whether the service took it. Nothing of the address is logged, whatever happens."""
    with _silence():
        try:
            return bool(_apprise(channel.address).notify(body=message.body, title=message.title))
        except Exception:  # noqa: BLE001 (a plugin's error may hold the address, so nothing of it is told)
            return False


def _channel(address: str, number: int, about: str) -> Channel:
    named = _SERVICE.match(address)
    service = named[1].lower() if named else ""
    if not named or not _is_known(address):
        which = f"address {number}" + (f" ({service}://)" if service else "")
        raise CallError(f"{VARIABLE}: {which} is none that apprise knows. See its list of services.")
    # Slow to try out, and another one each month: the record does not give the address away.
    digest = hashlib.scrypt(address.encode(), salt=about.encode(), n=2**14, r=8, p=1, dklen=6)
    return Channel(service, f"{service}-{digest.hex()}", address)


def _is_known(address: str) -> bool:
    with _silence():
        try:
            return len(_apprise(address)) == 1
        except CallError:
            raise
        except Exception:  # noqa: BLE001 (as in `tell`)
            return False


def _apprise(address: str) -> Any:
    try:
        import apprise
    except ImportError as error:
        raise CallError(
            f"{VARIABLE} is set, but apprise is not installed: .venv/bin/pip install -r requirements-alerts.txt"
        ) from error
    asset = apprise.AppriseAsset(async_mode=False, app_id="Retention Reports")
    channel = apprise.Apprise(asset=asset)
    channel.add(address)
    return channel


@contextmanager
def _silence() -> Iterator[None]:
    """Meanwhile nothing is logged and nobody warns: what apprise calls writes addresses into its lines."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
