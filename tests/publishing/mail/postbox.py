"""A mail server as companies have them: STARTTLS with a certificate of its own authority, AUTH, and moods."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from retention_helpers.publishing.mail.server import Server

HOST = "127.0.0.1"


@dataclass
class Postbox:
    """What arrived, and how the server answers: ``moods`` are its answers to the next messages."""

    port: int
    authority: trustme.CA
    moods: list[str] = field(default_factory=list)
    arrived: list[Any] = field(default_factory=list)
    asked: int = 0
    logins: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.asked += 1
        if self.moods:
            mood = self.moods.pop(0)
            if mood == "hang up":
                server.transport.abort()
            return mood
        assert session.ssl is not None
        assert session.authenticated
        self.arrived.append(envelope)
        return "250 ok"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins += 1
        # Not "handled": else the server says nothing more, and the client waits until its time is up.
        return AuthResult(success=(data.login, data.password) == (b"reports", b"right"), handled=False)

    def server(self, **more: Any) -> Server:
        return Server(**({"host": HOST, "port": self.port, "sender": "reports@shop.example"} | LOGIN | more))

    @property
    def context(self) -> ssl.SSLContext:
        """A client that trusts the server's authority."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context


LOGIN = {"user": "reports", "password": "right"}


@contextmanager
def postbox(*moods: str) -> Iterator[Postbox]:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    box = Postbox(port, trustme.CA(), list(moods))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    box.authority.issue_cert(HOST).configure_cert(context)
    controller = Controller(
        box,
        hostname=HOST,
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=box.authenticate,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
