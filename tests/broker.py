"""A real MQTT broker for a test: Debian's Mosquitto in a folder of its own, on loopback, gone afterwards."""

from __future__ import annotations

import getpass
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server import free_port

READY_SECONDS = 15.0
# What docs/operator.md tells an operator to set.
CONFIGURATION = """listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
persistence true
persistence_location {folder}/
max_queued_messages 0
max_inflight_messages 1000
user {user}
log_dest file {folder}/mosquitto.log
"""


@dataclass(frozen=True)
class Broker:
    """Where it listens, and the one account it knows."""

    port: int
    folder: Path
    user: str = "bridge"
    password: str = "not-a-secret"

    @property
    def address(self) -> str:
        """For UNDERCITY_MQTT."""
        return f"mqtt://{self.user}:{self.password}@127.0.0.1:{self.port}"


@contextmanager
def started(program: Path, folder: Path) -> Iterator[Broker]:
    """A broker of its own process."""
    broker = Broker(free_port(), folder)
    passwords = folder / "passwords"
    passwords.write_text(f"{broker.user}:{broker.password}\n", encoding="utf-8")
    passwords.chmod(0o600)
    hashed = subprocess.run([program.with_name("mosquitto_passwd") if program.with_name("mosquitto_passwd").exists()
                             else "mosquitto_passwd", "-U", passwords], capture_output=True, text=True, check=False)
    assert hashed.returncode == 0, hashed.stderr
    settings = folder / "mosquitto.conf"
    settings.write_text(CONFIGURATION.format(port=broker.port, folder=folder, user=getpass.getuser()), encoding="utf-8")
    process = subprocess.Popen([program, "-c", settings], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        give_up = time.perf_counter() + READY_SECONDS
        while not _listens(broker.port):
            assert process.poll() is None, (folder / "mosquitto.log").read_text(encoding="utf-8", errors="replace")
            assert time.perf_counter() < give_up, "mosquitto does not listen"
            time.sleep(0.05)
        yield broker
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
