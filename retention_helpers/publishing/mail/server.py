"""The mail server, as the environment names it. A password is never in a file of ours, nor in a message."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from retention_helpers.errors import CallError
from retention_helpers.params.recipients import is_address

# Of letters that are only written: nobody can answer there (RFC 2606).
NOBODY = "retention-reports@example.invalid"
_PREFIX = "RETENTION_SMTP_"
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Server:
    """Where mail goes out, and from whom. ``starttls`` False means TLS from the first byte (port 465), never none."""

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True


def sender_of(environment: Mapping[str, str] = os.environ) -> str:
    """The address that mail comes from: RETENTION_SMTP_FROM, or nobody's."""
    sender = environment.get(f"{_PREFIX}FROM", "").strip()
    if sender and not is_address(sender):
        raise CallError(f"{_PREFIX}FROM: {sender!r} is no mail address. Give name@domain.")
    return sender or NOBODY


def server_of(environment: Mapping[str, str] = os.environ) -> Server:
    """The server of the environment; raises `CallError` naming the variable that is missing or wrong."""
    missing = [name for name in ("HOST", "FROM") if not environment.get(_PREFIX + name, "").strip()]
    if missing:
        raise CallError(
            f"to send mail, set {' and '.join(_PREFIX + name for name in missing)}. "
            f"Read too: {_PREFIX}STARTTLS (1), {_PREFIX}PORT (587, or 465 without), {_PREFIX}USER, {_PREFIX}PASSWORD."
        )
    starttls = _truth("STARTTLS", environment.get(f"{_PREFIX}STARTTLS", "") or "1")
    user, password = (environment.get(_PREFIX + name, "") for name in ("USER", "PASSWORD"))
    if bool(user) != bool(password):
        raise CallError(f"set both {_PREFIX}USER and {_PREFIX}PASSWORD, or neither.")
    return Server(
        host=environment[f"{_PREFIX}HOST"].strip(),
        sender=sender_of(environment),
        port=_port(environment.get(f"{_PREFIX}PORT", "") or ("587" if starttls else "465")),
        user=user,
        password=password,
        starttls=starttls,
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise CallError(f'{_PREFIX}PORT: "{text}" is no port. Give a number, 587 as a rule.')
    return int(text)


def _truth(name: str, text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise CallError(f'{_PREFIX}{name}: "{text}" is neither 1 nor 0.')
    return text.lower() in _YES
