#!/usr/bin/env python3
"""Closed-loop HTTP/1.1 load generator, standard library only.

Every worker keeps one connection open and sends the next request as soon as
the previous answer is read.  Made to put the same load on two systems side by
side, so the numbers it prints are the same whatever is behind the URL.

  http_load.py --url http://127.0.0.1:8000/cases/ -c 8 -d 20
  http_load.py --url URL --method POST --body body.json -c 8 -d 20 --expect 201

In --url and the body these marks are replaced per request:
  {{i}} a running number   {{uuid}} a random UUID   {{word}} a random word
  {{num:A:B}} a random decimal between A and B (for coordinates)
  {{int:A:B}} a random whole number     {{pick:x|y|z}} one of the choices

Prints one JSON object: requests, errors, rate, and latency percentiles in ms.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

MARK = re.compile(r"\{\{(\w+)(?::([^}]*))?\}\}")
WORDS = ["lamp", "bin", "road", "tree", "noise", "kerb", "sign", "flood", "stall", "hatch", "shelter", "door", "fan"]


def fill(template: str, rng: random.Random, number: int) -> str:
    def one(match: re.Match[str]) -> str:
        name, arg = match.group(1), match.group(2) or ""
        if name == "i":
            return str(number)
        if name == "uuid":
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))
        if name == "word":
            return rng.choice(WORDS)
        if name == "num":
            low, high = (float(part) for part in arg.split(":"))
            return f"{rng.uniform(low, high):.6f}"
        if name == "int":
            low, high = (int(part) for part in arg.split(":"))
            return str(rng.randint(low, high))
        if name == "pick":
            return rng.choice(arg.split("|"))
        raise SystemExit(f"unknown mark {match.group(0)}")

    return MARK.sub(one, template)


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, int, bool]:
    """Status, body length, and whether the connection stays open."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    version, status = lines[0].split(" ", 2)[:2]
    fields = {}
    for line in lines[1:]:
        key, _, value = line.partition(":")
        fields[key.strip().lower()] = value.strip()
    length = 0
    keep = version == "HTTP/1.1" and fields.get("connection", "").lower() != "close"
    if fields.get("transfer-encoding", "").lower() == "chunked":
        while True:
            size = int((await reader.readline()).split(b";")[0], 16)
            await reader.readexactly(size + 2)
            length += size
            if size == 0:
                break
    elif "content-length" in fields:
        length = int(fields["content-length"])
        await reader.readexactly(length)
    elif status not in ("204", "304"):
        length = len(await reader.read())
        keep = False
    return int(status), length, keep


async def worker(args, parts, seed: int, stop_at: float, out: list, box: dict) -> None:
    rng = random.Random(seed)
    reader = writer = None
    extra = "".join(f"{h}\r\n" for h in args.header)
    while time.perf_counter() < stop_at and (not args.requests or box["sent"] < args.requests):
        box["sent"] += 1
        number = box["sent"]
        path = fill(parts.path + ("?" + parts.query if parts.query else ""), rng, number)
        body = b""
        if args.raw:
            body = args.bodies[number % len(args.bodies)]
        elif args.bodies:
            body = fill(args.bodies[number % len(args.bodies)].decode(), rng, number).encode()
        head = f"{args.method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{extra}"
        if body:
            head += f"Content-Type: {args.type}\r\nContent-Length: {len(body)}\r\n"
        request = head.encode() + b"\r\n" + body
        started = time.perf_counter()
        status = None
        while status is None:
            reused = writer is not None
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
                writer.write(request)
                await writer.drain()
                status, length, keep = await asyncio.wait_for(read_answer(reader), args.timeout)
            except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError) as error:
                if writer:
                    writer.close()
                reader = writer = None
                # A server may close an idle connection without saying so: once, afresh.
                if reused and not isinstance(error, (TimeoutError, ValueError)):
                    box["reopened"] += 1
                    continue
                name = type(error).__name__
                box["errors"][name] = box["errors"].get(name, 0) + 1
                break
        if status is None:
            continue
        out.append(time.perf_counter() - started)
        box["bytes"] += length
        box["status"][status] = box["status"].get(status, 0) + 1
        if not keep:
            writer.close()
            reader = writer = None
    if writer:
        writer.close()


async def run(args) -> dict:
    parts = urlsplit(args.url)
    if parts.scheme != "http":
        raise SystemExit("http:// only")
    if parts.hostname not in ("127.0.0.1", "::1", "localhost") and not args.not_loopback:
        raise SystemExit("refusing a target that is not loopback (see --not-loopback)")
    box = {"sent": 0, "bytes": 0, "reopened": 0, "errors": {}, "status": {}}
    out: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(
        worker(args, parts, args.seed * 1000 + n, started + args.duration, out, box)
        for n in range(args.concurrency)))
    wall = time.perf_counter() - started
    out.sort()

    def at(share: float) -> float | None:
        return round(out[min(len(out) - 1, int(share * len(out)))] * 1000, 1) if out else None

    good = sum(n for status, n in box["status"].items() if status in args.expect)
    return {"name": args.name, "concurrency": args.concurrency, "seconds": round(wall, 2),
            "answers": len(out), "as_expected": good, "per_second": round(good / wall, 1),
            "ms": {"p50": at(.5), "p95": at(.95), "p99": at(.99), "max": at(1)},
            "mean_bytes": round(box["bytes"] / len(out)) if out else 0,
            "status": box["status"], "errors": box["errors"], "reopened": box["reopened"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--method", default="GET")
    parser.add_argument("--body", action="append", default=[],
                        help="a file whose text is the body template; several take turns")
    parser.add_argument("--raw", action="store_true", help="send the bodies as they are, without replacing marks")
    parser.add_argument("--type", default="application/json")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-c", "--concurrency", type=int, default=8)
    parser.add_argument("-d", "--duration", type=float, default=15)
    parser.add_argument("-n", "--requests", type=int, default=0, help="stop after so many")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--expect", type=int, action="append")
    parser.add_argument("--name", default="")
    parser.add_argument("--not-loopback", action="store_true")
    args = parser.parse_args()
    args.expect = args.expect or [200]
    args.bodies = [Path(name).read_bytes() for name in args.body]
    result = asyncio.run(run(args))
    print(json.dumps(result, ensure_ascii=False))
    return 0 if result["as_expected"] == result["answers"] and not result["errors"] else 1


if __name__ == "__main__":
    sys.exit(main())
