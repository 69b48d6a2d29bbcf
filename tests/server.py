"""A real `undercity serve` for a test: its own process group, state folder, database and port on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.databases import Databases, copy_folder

COMMAND = Path(sys.executable).parent / "undercity"
READY_SECONDS = 60.0
VERB_SECONDS = 300.0


def free_port() -> int:
    """A port of the loopback interface nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_for(var: Path, database_url: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The surroundings of a deployment of its own; nothing of the test process's settings leaks in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("UNDERCITY_", "DJANGO_"))}
    return {**kept, "UNDERCITY_VAR": str(var), "UNDERCITY_DATABASE_URL": database_url, **(extra or {})}


def undercity(*words: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one verb to its end; the caller looks at the exit code."""
    return subprocess.run([COMMAND, *words], env=dict(environment), capture_output=True, text=True,
                          timeout=VERB_SECONDS, check=False)


@dataclass
class Server:
    """A served deployment. `base` is its address, `var` its state folder, `database_url` its database."""

    var: Path
    database_url: str
    port: int = field(default_factory=free_port)
    with_worker: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "the server is not running"
        return self.process.pid

    @property
    def log(self) -> str:
        return (self.var / "serve.log").read_text(encoding="utf-8", errors="replace")

    @property
    def environment(self) -> dict[str, str]:
        return environment_for(self.var, self.database_url, self.extra)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A verb of the same deployment, for example `server.run("ledger", "replay")`."""
        return undercity(*words, environment=self.environment)

    def start(self) -> Server:
        """Serve, and come back when /healthz answers 200."""
        words = ["serve", "--port", str(self.port), *(["--with-worker"] if self.with_worker else [])]
        with (self.var / "serve.log").open("ab") as sink:
            self.process = subprocess.Popen([COMMAND, *words], env=self.environment, stdin=subprocess.DEVNULL,
                                            stdout=sink, stderr=sink, start_new_session=True)
        give_up = time.perf_counter() + READY_SECONDS
        while time.perf_counter() < give_up:
            if self.process.poll() is not None:
                raise RuntimeError(f"undercity serve ended with {self.process.returncode}:\n{self.log[-3000:]}")
            if self._healthy():
                return self
            time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"undercity serve was not ready after {READY_SECONDS:.0f} s:\n{self.log[-3000:]}")

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End it politely."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        self._sweep()

    def kill(self) -> None:
        """kill -9 of the server and everything it started, as a power cut would."""
        self._sweep()
        if self.process is not None:
            self.process.wait(10)

    def restart(self) -> Server:
        """Up again on the same state, database and port."""
        self.stop()
        return self.start()

    def _sweep(self) -> None:
        # The group is this server's own: it leads a session of its own.
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


@dataclass
class Deployments:
    """Makes deployments quickly: set up once a session, with and without the sample city, and copied."""

    folder: Path
    databases: Databases
    settings: Mapping[str, str]
    _templates: dict[str, tuple[Path, str]] = field(default_factory=dict)

    def template(self, label: str, *verbs: tuple[str, ...]) -> tuple[Path, str]:
        """A state folder and database on which these verbs ran; made on first use."""
        if label not in self._templates:
            var = self.folder / f"{label}-template"
            var.mkdir(parents=True)
            name = self.databases.name(f"{label}_template")
            self.databases.create(name)
            surroundings = environment_for(var, self.databases.url(name), self.settings)
            for words in verbs:
                done = undercity(*words, environment=surroundings)
                if done.returncode:
                    raise RuntimeError(f"undercity {' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
            self._templates[label] = (var, name)
        return self._templates[label]

    @contextmanager
    def server(self, *, city: bool = False, with_worker: bool = False, start: bool = True,
               **extra: str) -> Iterator[Server]:
        """A deployment of its own, served; gone afterwards with its database. `extra` are UNDERCITY_ variables."""
        verbs: list[tuple[str, ...]] = [("setup",)]
        if city:
            verbs.append(("city", "load", "--cases", "800"))
        var, source = self.template("city" if city else "bare", *verbs)
        name = self.databases.name("served")
        own = self.folder / f"var-{Path(name).stem}"
        copy_folder(var, own)
        self.databases.copy(source, name)
        settings = {**self.settings, **{f"UNDERCITY_{key.upper()}": value for key, value in extra.items()}}
        served = Server(own, self.databases.url(name), with_worker=with_worker, extra=settings)
        try:
            yield served.start() if start else served
        finally:
            served.stop()
            self.databases.drop(name)


ServerFactory = Callable[..., Server]
