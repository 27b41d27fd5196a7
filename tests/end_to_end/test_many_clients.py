"""A thousand mixed requests from a hundred connections, every one of them verified."""

import asyncio
import json
from collections.abc import Iterator
from itertools import count, cycle, islice

import aiohttp
from yarl import URL

from tests.end_to_end.daemon import PATIENCE, Daemon

REQUESTS, CONNECTIONS = 1000, 100

type Call = tuple[str, str, bytes | None]


def calls() -> Iterator[Call]:
    """Yield requests of every kind, no two of them alike."""
    bodies = (
        json.dumps({"userId": f"zoë-{n}-😀"}, ensure_ascii=bool(n % 2), indent=n % 3 or None).encode() for n in count()
    )
    paths = cycle(
        [
            "/accounts?a=%2F&b=c+d",
            "/accounts?x=1?y=2",
            "/api/v1/accounts?&&=&%zz",
            "/nowhere/a%20b?%0d%0a",
            "/snapTrade/listUsers",
            "/accounts?timestamp=1&clientId=NOBODY",
        ]
    )
    for number, path, body in zip(count(), paths, bodies, strict=False):
        if number % 2:
            yield "POST", "/snapTrade/registerUser", body
        else:
            mark = "&" if "?" in path else "?"
            yield "GET", f"{path}{mark}n={number}", None


async def test_many_clients(daemon: Daemon) -> None:
    """None is lost, none is answered for another, none is signed wrongly."""
    origin = f"http://127.0.0.1:{daemon.ports['sandbox']}"
    waiting = list(islice(calls(), REQUESTS))
    verdicts: list[str | None] = []

    async def work(session: aiohttp.ClientSession) -> None:
        while waiting:
            method, target, body = waiting.pop()
            async with session.request(method, URL(origin + target, encoded=True), data=body) as answer:
                content = await answer.read()
            if body is not None:
                assert json.loads(content)["userId"] == json.loads(body)["userId"]
            verdicts.append(answer.headers.get("Sandbox-Verdict"))

    timeout = aiohttp.ClientTimeout(total=3 * PATIENCE)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers={"Content-Type": "application/json"}
    ) as session:
        await asyncio.gather(*(work(session) for _ in range(CONNECTIONS)))
    assert verdicts == ["verified"] * REQUESTS
