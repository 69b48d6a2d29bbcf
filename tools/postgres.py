"""A throw-away PostgreSQL: started for one block or one command, on loopback only, gone afterwards.

    with throw_away() as server:
        server.url                     # postgresql://undercity@127.0.0.1:<port>/undercity

    python tools/postgres.py -- make run       # the command finds UNDERCITY_DATABASE_URL set
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

USER = "undercity"
APT = "apt-get install -y postgresql"
START_SECONDS = 60.0
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresMissing(RuntimeError):
    """No PostgreSQL on this machine, or it will not start."""


@dataclass(frozen=True)
class Postgres:
    """A running server: where it listens, and its process."""

    host: str
    port: int
    pid: int
    folder: Path

    def address(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://{USER}@{self.host}:{self.port}/{database}"

    @property
    def url(self) -> str:
        return self.address(USER)


def program(name: str) -> Path:
    """A PostgreSQL program from PATH or Debian's own folders, the newest version first."""
    if found := shutil.which(name):
        return Path(found)
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: _version(folder.parent.name))
    for folder in reversed(folders):
        if (folder / name).exists():
            return folder / name
    raise PostgresMissing(f"PostgreSQL is missing ({name} not found). Cure: {APT}")


def _version(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _runner() -> str | None:
    """PostgreSQL refuses to run as root: the user that runs it then; None is whoever we are."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise PostgresMissing("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _initialise(folder: Path, runner: str | None) -> Path:
    place = folder / "cluster"
    done = subprocess.run(
        [program("initdb"), "-D", place, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        user=runner, cwd=folder, capture_output=True, text=True, env=_plain_environment(), check=False)
    if done.returncode:
        raise PostgresMissing(f"initdb failed: {done.stderr.strip()}")
    return place


def _plain_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers; a process that ended says why."""
    import psycopg

    give_up = time.perf_counter() + START_SECONDS
    while process.poll() is None and time.perf_counter() < give_up:
        try:
            with psycopg.connect(host="127.0.0.1", port=port, user=USER, dbname="postgres", connect_timeout=2,
                                 autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {USER}")
                return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise PostgresMissing("PostgreSQL did not start:\n" + log.read_text(encoding="utf-8", errors="replace")[-2000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown, then the hard way; only ever the process started here."""
    for sign, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 10)):
        if process.poll() is not None:
            return
        process.send_signal(sign)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
        process.wait()


@contextmanager
def throw_away(*, fast: bool = False, connections: int = 100) -> Iterator[Postgres]:
    """A fresh server with an empty database `undercity`. `fast` gives up durability: for tests, never for figures."""
    runner = _runner()
    folder = Path(tempfile.mkdtemp(prefix="undercity-pg-"))
    if runner:
        shutil.chown(folder, user=runner)
    try:
        place = _initialise(folder, runner)
        port = _free_port()
        log = folder / "log"
        settings = ("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}",
                    f"max_connections={connections}", "shared_buffers=128MB", "log_timezone=UTC", "timezone=UTC",
                    *(FAST if fast else DURABLE))
        words = [word for setting in settings for word in ("-c", setting)]
        with log.open("wb") as sink:
            process = subprocess.Popen([program("postgres"), "-D", place, *words], user=runner, cwd=folder,
                                       stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, env=_plain_environment(),
                                       start_new_session=True)
        try:
            _wait(process, port, log)
            yield Postgres("127.0.0.1", port, process.pid, folder)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end_tidily(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Run a command with a server of its own; the command's exit code."""
    parser = argparse.ArgumentParser(description="Run a command with a throw-away PostgreSQL.")
    parser.add_argument("--fast", action="store_true", help="give up durability (tests)")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND …")
    given = parser.parse_args()
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        parser.error("which command? For example: python tools/postgres.py -- make run")
    signal.signal(signal.SIGTERM, _end_tidily)
    try:
        with throw_away(fast=given.fast) as server:
            child = subprocess.Popen(command, env={**os.environ, "UNDERCITY_DATABASE_URL": server.url})
            try:
                return child.wait()
            except (KeyboardInterrupt, SystemExit):
                child.terminate()
                child.wait(20)
                return 130
    except PostgresMissing as missing:
        print(f"tools/postgres.py: {missing}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
