#!/usr/bin/env python3
"""Many clients ask for the same thing at the same moment: how many get it?

For bookings, seats and locks.  Every round opens one connection per client,
waits until all are open, and lets all of them send the same request at once.
A correct system has exactly one winner per round; 0 winners means that a free
slot was refused to everybody, 2 or more means a double booking.

  race.py --rounds rounds.jsonl --clients clients.jsonl --win '"pk": *[0-9]+'

rounds.jsonl: one JSON object per line: {"url", "method", "body"}.
clients.jsonl: one JSON object per line: {"headers": {...}}, one per client.
A round is won by a client when its answer's status is below 300 and its body
matches --win (and does not match --lose).
"""
from __future__ import annotations

import argparse
import collections
import http.client
import json
import re
import statistics
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit


def one(client: dict, shot: dict, barrier: threading.Barrier, args, out: list) -> None:
    parts = urlsplit(shot["url"])
    if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise SystemExit("refusing a target that is not loopback")
    link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=args.timeout)
    link.connect()
    body = shot.get("body")
    body = json.dumps(body).encode() if isinstance(body, (dict, list)) else (body or "").encode()
    headers = {"Content-Type": "application/json", **client.get("headers", {})}
    path = parts.path + ("?" + parts.query if parts.query else "")
    barrier.wait()
    started = time.perf_counter()
    try:
        link.request(shot.get("method", "POST"), path, body, headers)
        answer = link.getresponse()
        text = answer.read().decode("utf-8", "replace")
        won = answer.status < 300 and re.search(args.win, text) is not None
        if won and args.lose and re.search(args.lose, text):
            won = False
        out.append((won, answer.status, time.perf_counter() - started, text))
    except OSError as error:
        out.append((False, type(error).__name__, time.perf_counter() - started, ""))
    finally:
        link.close()


def lines_of(name: str) -> list:
    """One JSON object a line."""
    return [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", required=True)
    parser.add_argument("--clients", required=True)
    parser.add_argument("--win", required=True)
    parser.add_argument("--lose", default="")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--show", type=int, default=0, help="print so many answers of round 1")
    args = parser.parse_args()
    rounds = lines_of(args.rounds)
    clients = lines_of(args.clients)
    winners: collections.Counter = collections.Counter()
    statuses: collections.Counter = collections.Counter()
    slowest = []
    for number, shot in enumerate(rounds):
        barrier = threading.Barrier(len(clients))
        out: list = []
        threads = [threading.Thread(target=one, args=(c, shot, barrier, args, out)) for c in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winners[sum(1 for won, *_ in out if won)] += 1
        statuses.update(str(status) for _, status, *_ in out)
        slowest.append(max(seconds for _, _, seconds, _ in out))
        if number == 0:
            for row in out[:args.show]:
                print(row[0], row[1], row[3][:600], file=sys.stderr)
    print(json.dumps({
        "rounds": len(rounds), "clients": len(clients),
        "rounds_with_no_winner": winners[0], "rounds_with_one_winner": winners[1],
        "rounds_with_more": sum(n for k, n in winners.items() if k > 1),
        "winners_per_round": {str(k): n for k, n in sorted(winners.items())},
        "statuses": dict(statuses),
        "slowest_answer_ms_median": round(statistics.median(slowest) * 1000, 1)}))
    return 0 if winners[1] == len(rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
