"""Handing a message to the mail server: over verified TLS, again after a passing failure, never after a refusal."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from .contents import plain
from .server import Server

TIMEOUT = 20.0
WAITS = (5.0, 30.0, 120.0)

Sleep = Callable[[float], None]
Answers = dict[str, tuple[int, bytes | str]]
_PASSING = 421  # "service not available": what a server says before it hangs up


@dataclass(frozen=True)
class Outcome:
    """Who was served, and of the others why not."""

    delivered: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)


def deliver(
    message: bytes, to: Sequence[str], server: Server, sleep: Sleep, context: ssl.SSLContext | None = None
) -> Outcome:
    """Deliver one message to each of its recipients, or say of each why not.

    What the server puts off (4xx) and what the network breaks is tried again, three times, for those who still wait;
    what the server refuses (5xx) is not, nor is a certificate that nobody vouches for. ``context`` is for tests.
    """
    secure = context or ssl.create_default_context()
    waiting, delivered, refused = list(to), [], {}
    for wait in (*WAITS, None):
        try:
            answers = _hand_over(message, waiting, server, secure)
        except smtplib.SMTPRecipientsRefused as error:
            # Hung up half-way: those who were not asked about yet wait.
            answers = {address: error.recipients.get(address, (_PASSING, "")) for address in waiting}
        except (smtplib.SMTPException, OSError) as error:
            answers = dict.fromkeys(waiting, (_PASSING if _passes(error) else 500, _told(error)))
        delivered += [address for address in waiting if address not in answers]
        refused |= {address: _said(answer) for address, answer in answers.items()}
        waiting = [address for address, (code, _) in answers.items() if code < 500]
        if not waiting or wait is None:
            break
        sleep(wait)
    return Outcome(tuple(delivered), {address: why for address, why in refused.items() if address not in delivered})


def _hand_over(message: bytes, to: Sequence[str], server: Server, context: ssl.SSLContext) -> Answers:
    """One conversation; the answers are those of the recipients who were refused while others were served."""
    if server.starttls:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    else:
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    try:
        if server.starttls:
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        return connection.sendmail(server.sender, to, message)
    finally:
        # The message is taken or it is not: how the goodbye goes changes nothing, and must not send it twice.
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
        connection.close()


def _passes(error: Exception) -> bool:
    """Whether trying again can help."""
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return True
    if isinstance(error, socket.gaierror):
        return error.errno == socket.EAI_AGAIN
    # A broken line passes; a certificate that does not hold, or a server without STARTTLS or AUTH, does not.
    return isinstance(error, OSError) and not isinstance(error, ssl.SSLError | smtplib.SMTPException)


def _told(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({error.verify_message})"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{error.smtp_code} user name or password not accepted"
    if isinstance(error, smtplib.SMTPResponseException):
        return _said((error.smtp_code, error.smtp_error))
    return plain(error) or type(error).__name__


def _said(answer: tuple[int, bytes | str]) -> str:
    """The server's answer on one line; one that we made up ourselves has no number of its own."""
    code, text = answer
    words = plain(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)[:200]
    return words if isinstance(text, str) and words else f"{code} {words}".strip()
