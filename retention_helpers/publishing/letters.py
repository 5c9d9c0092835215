"""What a letter that was written down says, and what it encloses."""

import email
import io
import zipfile
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message
from pathlib import Path


def printed_letters(folder: Path) -> list[Path]:
    """The letters that enclose printed pages, into which nobody can look."""
    letters = sorted(folder.glob("*.eml"))
    return [path for path in letters if any(part.get_content_type() == "application/pdf" for part in _parts(path))]


def _parts(letter: Path) -> list[Message | EmailMessage]:
    return list(email.message_from_bytes(letter.read_bytes(), policy=policy.default).walk())


def letter_texts(letter: Path) -> Iterator[str]:
    """What a letter says, and the pages that it encloses."""
    for part in _parts(letter):
        body = part.get_payload(decode=True) if not part.is_multipart() else None
        if not isinstance(body, bytes):
            continue
        if part.get_content_type() == "application/zip":
            with zipfile.ZipFile(io.BytesIO(body)) as pages:
                yield from (pages.read(name).decode("utf-8", "replace") for name in pages.namelist())
        elif part.get_content_maintype() == "text":
            yield body.decode("utf-8", "replace")
