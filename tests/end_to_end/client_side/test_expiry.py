"""Tokens that end while requests come: nobody notices, and the Partner is asked once for each."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Final

import aiohttp

from signer_proxy.crypto.rsa_key import PrivateKey
from tests.end_to_end.background import Background
from tests.end_to_end.client_side.parties import open_parties
from tests.end_to_end.client_side.profiles import jwt, of_partner, upstream, write_key
from tests.end_to_end.daemon import started

RATE: Final = 200
"""Requests a second."""
SECONDS: Final = 20


async def load(url: str) -> Counter[tuple[int, str | None]]:
    """Ask at a steady rate, whether the answers come or not; return how often each status and verdict was had."""
    clock = asyncio.get_running_loop().time
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask() -> tuple[int, str | None]:
            async with session.get(url) as response:
                await response.read()
                return response.status, response.headers.get("Sandbox-Verdict")

        start, asking = clock(), []
        for number in range(RATE * SECONDS):
            await asyncio.sleep(start + number / RATE - clock())  # a rate is about time
            asking.append(asyncio.create_task(ask()))
        return Counter(await asyncio.gather(*asking))


def test_expiry_under_load(background: Background, key: PrivateKey, tmp_path: Path) -> None:
    """200 requests a second for 20 s with tokens of 2 s: none fails, and each token is fetched once and used."""
    write_key(tmp_path, key)
    with open_parties(background, "alice", key=key, token_life=2) as parties:
        source = of_partner(parties, parties.log_in("alice"))
        config = "\n".join(["version = 1", upstream(parties.api_origin, "alice"), jwt("alice", source)])
        with started(config, tmp_path) as daemon:
            answers = asyncio.run(load(f"http://127.0.0.1:{daemon.port}/accounts"))
        assert answers == {(200, "verified"): RATE * SECONDS}
        calls = parties.api.of("/accounts")
        used = {asked.headers["authorization"] for asked in calls}
        # Tokens have ended many times; the last that was fetched may have come too late for a request.
        assert SECONDS / 2 <= parties.fetches <= len(used) + 1
        # A request is repeated after a 401 alone.
        assert len(calls) - RATE * SECONDS == sum(asked.status == 401 for asked in calls)
