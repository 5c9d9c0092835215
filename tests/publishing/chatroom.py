"""A chat service as companies have them: an HTTP server that takes JSON, and can be in a bad mood."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Chatroom:
    """What arrived, by path; ``answer`` is the status of the next answers."""

    port: int = 0
    answer: int = 200
    arrived: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def address(self, path: str = "secret-token") -> str:
        return f"json://user:pa55word@127.0.0.1:{self.port}/{path}"


@contextmanager
def chatroom() -> Iterator[Chatroom]:
    room = Chatroom()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if room.answer == 200:
                room.arrived.append((self.path, json.loads(content)))
            self.send_response(room.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    room.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield room
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
