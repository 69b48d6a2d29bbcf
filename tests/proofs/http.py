"""A client for the proofs that speak to a served deployment: one connection, its cookies, no redirects followed."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.server import Server

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Client:
    """Somebody at a browser without JavaScript."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, form: dict[str, Any] | None = None,
            headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text of one answer."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Accept": "text/html", "Accept-Language": "en", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = urlencode(form) if form is not None else None
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            link.request(method, path, body, sent)
            answer = link.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = line.split(";", 1)[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            link.close()

    def token(self, path: str) -> str:
        """The form token of a page."""
        status, text = self.ask("GET", path)
        found = TOKEN.search(text)
        assert found, f"{path} answered {status} and has no form: {text[:300]}"
        return found[1]

    def sign_in(self, username: str, password: str) -> Client:
        """Sign in through the page."""
        given = {"csrfmiddlewaretoken": self.token("/signin/"), "username": username, "password": password}
        status, text = self.ask("POST", "/signin/", given)
        assert status == 302, f"{username} could not sign in ({status}): {text[:300]}"
        return self


def accounts(server: Server) -> list[dict[str, Any]]:
    """The sample accounts of a served city."""
    done = server.run("city", "accounts", "--json")
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def api_key(server: Server) -> str:
    """The key of a sample client of the Open311 door."""
    return str(next(row["api_key"] for row in accounts(server) if row["role"] == "open311-client"))


def report(client: Client, key: str, text: str, once: str = "") -> tuple[int, str]:
    """Report through the Open311 door; the service request's id when it was taken, else the answer's text."""
    form = {"api_key": key, "service_code": "gbt47678-matter-06-010", "lat": "36.655", "long": "117.003",
            "description": text}
    status, body = client.ask("POST", "/open311/v2/requests.json", form,
                              {"Accept": "application/json", **({"Idempotency-Key": once} if once else {})})
    if status not in (200, 201):
        return status, body
    return status, str(json.loads(body)[0]["service_request_id"])
