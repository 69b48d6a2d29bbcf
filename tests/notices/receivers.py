"""What messages go to, for real: a web server that takes, fails, hangs or answers twice, and a mail server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Receiver:
    """What it got, and what it answers: `script` gives the first statuses, then `status` holds."""

    base: str = ""
    status: int = 200
    script: list[int] = field(default_factory=list)
    body: bytes = b'{"errcode": 0, "code": 0}'
    seconds: float = 0.0
    twice: bool = False
    got: list[dict[str, Any]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keys(self) -> list[str]:
        """The keys by which messages can be told apart."""
        return [one["headers"].get("Idempotency-Key", "") for one in self.got]


class _Quiet(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, *words: Any) -> None:
        """Whoever was cut off is no matter of the server."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A web server on loopback."""
    there = Receiver()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with there.lock:
                there.at_once += 1
                there.most_at_once = max(there.most_at_once, there.at_once)
                status = there.script.pop(0) if there.script else there.status
            time.sleep(there.seconds)
            with there.lock:
                there.at_once -= 1
                there.got.append({"path": self.path, "headers": dict(self.headers), "status": status,
                                  **(json.loads(raw) if raw else {})})
            for _ in range(2 if there.twice else 1):
                self.send_response(status)
                self.send_header("Content-Length", str(len(there.body)))
                self.end_headers()
                self.wfile.write(there.body)

        def log_message(self, *words: Any) -> None:
            """Keeps quiet."""

    server = _Quiet(("127.0.0.1", 0), Answers)
    there.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Mailbox:
    """What a mail server got: (recipient, whole message); `refuse`: recipients it does not know."""

    port: int = 0
    got: list[tuple[str, str]] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str,
                          options: list[str]) -> str:
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.got += [(to, content.decode()) for to in envelope.rcpt_tos]
        return "250 taken"


@contextmanager
def mail_server(port: int) -> Iterator[Mailbox]:
    """A mail server on loopback."""
    box = Mailbox(port)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
