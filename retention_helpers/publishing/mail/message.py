"""A letter as a MIME message: mixed > alternative > (plain, related > (html, pictures)) + attachments."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from retention_helpers.errors import CallError
from retention_helpers.params.recipients import is_address

from .attachment import Attachment
from .letter import Letter


@dataclass(frozen=True)
class Envelope:
    """From whom, to whom, when, and as which list. ``report`` makes the Message-ID, with list and language."""

    sender: str
    sender_name: str
    to: Sequence[str]
    list: str
    report: str
    at: datetime

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


def message_id(envelope: Envelope, language: str) -> str:
    """The same report to the same list has the same id, so that a mailbox that got it twice shows it once."""
    text = "\x00".join((envelope.report, envelope.list, language, *envelope.to))
    return f"<{hashlib.sha256(text.encode()).hexdigest()[:32]}@{envelope.domain}>"


def build(letter: Letter, envelope: Envelope, attachments: Sequence[Attachment] = ()) -> bytes:
    """The message as it goes over the wire; equal letters give equal bytes but for Date and Message-ID.

    Raises `CallError` for a subject, a name or an address that would write a header of its own.
    """
    message = EmailMessage(policy=SMTP)
    _write_headers(message, letter, envelope)
    message.set_content(letter.text, cte=_encoding(letter.text))
    message.add_alternative(letter.html, subtype="html", cte=_encoding(letter.html))
    html = message.get_payload()[1]
    for cid, png in letter.pictures.items():
        name = f"{cid.partition('@')[0]}.png"
        html.add_related(png, "image", "png", cte="base64", cid=f"<{cid}>", filename=name, disposition="inline")
    message.make_mixed()
    # Not earlier: on its way to a multipart a message gives its Content-... headers to its first part.
    message["Content-Language"] = letter.language
    for item in attachments:
        main, _, sub = item.kind.partition("/")
        message.add_attachment(item.content, main, sub, cte="base64", filename=item.name)
    _set_boundaries(message, letter)
    return message.as_bytes()


def unsubscribe_address(sender: str, list_name: str) -> str:
    return f"mailto:{quote(sender, safe='@')}?subject=unsubscribe%20{list_name}"


def _write_headers(message: EmailMessage, letter: Letter, envelope: Envelope) -> None:
    wrong = [address for address in (envelope.sender, *envelope.to) if not is_address(address)]
    if wrong:
        raise CallError(f"{wrong[0]!r} is no mail address.")
    for text in (letter.subject, envelope.sender_name, envelope.list):
        if not text.isprintable():
            raise CallError(f"{text!r} cannot stand in the head of a mail: it must be one line of printable text.")
    try:
        message["From"] = Address(envelope.sender_name, addr_spec=envelope.sender)
        # Where nobody is named yet, an empty group says so: "head:;" is an address that nobody gets mail at.
        message["To"] = [Address(addr_spec=address) for address in envelope.to] or f"{envelope.list}:;"
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(envelope.at)
        message["Message-ID"] = message_id(envelope, letter.language)
        message["List-Id"] = f"<retention-{envelope.list}.{envelope.domain}>"
        message["List-Unsubscribe"] = f"<{unsubscribe_address(envelope.sender, envelope.list)}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
    except (ValueError, HeaderParseError) as error:
        raise CallError(f"the head of the mail to {envelope.list} cannot be written: {error}") from error


def _encoding(text: str) -> str:
    """The shorter one: quoted-printable makes six bytes of a Cyrillic letter, base64 three."""
    beyond = sum(3 * len(letter.encode()) for letter in text if letter > "\x7f")
    plain = sum(letter <= "\x7f" for letter in text)
    return "quoted-printable" if beyond + plain * 1.05 < len(text.encode()) * 1.37 else "base64"


def _set_boundaries(message: EmailMessage, letter: Letter) -> None:
    """Boundaries from what is said: the library's own are random."""
    seed = hashlib.sha256("\x00".join((letter.subject, letter.text, letter.html)).encode()).hexdigest()[:24]
    multiparts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts):
        part.set_boundary(f"=_{number}_{seed}")
