"""A wire between a browser and a server that can be cut at any moment, or made deaf: what is sent arrives, no answer
comes back."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field
from types import TracebackType

PIECE = 16_384


@dataclass
class Wire:
    """Listens on a port of its own and carries bytes to another as long as it is whole."""

    to: int
    cuts: int = 0
    _whole: bool = True
    _deaf: bool = False
    _links: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Wire:
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.cut()
        self._door.close()

    @property
    def base(self) -> str:
        """The address for the browser."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def cut(self) -> None:
        """Every connection breaks in the middle of what it carries, and new ones are refused."""
        with self._lock:
            self.cuts += 1
            self._whole = self._deaf = False
            for link in self._links:
                _break(link)
            self._links.clear()

    def mend(self, *, deaf: bool = False) -> None:
        """Signal again; `deaf`: the first answer that would come back breaks its connection."""
        with self._lock:
            self._whole, self._deaf = True, deaf

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        if not self._whole:
            _break(near)
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.to), timeout=60)
        except OSError:
            _break(near)
            return
        far.settimeout(None)
        with self._lock:
            self._links |= {near, far}
        back = threading.Thread(target=self._pass, args=(far, near, True), daemon=True)
        back.start()
        self._pass(near, far, False)
        back.join()
        for link in (near, far):
            with self._lock:
                self._links.discard(link)
            link.close()

    def _pass(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(PIECE):
                # Answers that bring a result, not those that say who is signed in.
                if answers and self._deaf and b'"first"' in piece:
                    self._deaf = False
                    _break(other)
                    break
                other.sendall(piece)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)


def _break(link: socket.socket) -> None:
    """End a connection without a good-bye."""
    with contextlib.suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        link.close()
