"""`undercity serve`: the web server, in the foreground, with a worker beside it if asked."""

from __future__ import annotations

import gc
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from gunicorn.app.base import BaseApplication

from undercity.site.environment import environment


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with threads: one process on SQLite (one writer at a time anyway), two on PostgreSQL."""

    def __init__(self, options: dict[str, Any]):
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # Here and not above: every verb's help would start the whole site.
        from undercity.site.wsgi import application

        _collect_less_often()
        return application


def _collect_less_often() -> None:
    # A list of a hundred makes thousands of objects and no circles: looking for those costs up to a tenth of its time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Command(BaseCommand):
    help = "Serve the site in the foreground."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
        parser.add_argument("--with-worker", action="store_true", help="also run the worker")

    def handle(self, *args: Any, host: str, port: int, with_worker: bool, **options: Any) -> None:
        env = environment()
        processes = env.processes or (1 if connection.vendor == "sqlite" else 2)
        connection.close()
        worker = subprocess.Popen([sys.argv[0], "work"]) if with_worker else None
        self.stdout.write(f"Undercity listens on http://{host}:{port}/")
        self.stdout.flush()
        try:
            Server({"bind": f"{host}:{port}", "worker_class": "gthread", "workers": processes,
                    "threads": env.threads, "keepalive": 30, "timeout": 60, "loglevel": "warning",
                    "control_socket_disable": True}).run()
        finally:
            if worker is not None:
                worker.terminate()
                worker.wait(timeout=10)
