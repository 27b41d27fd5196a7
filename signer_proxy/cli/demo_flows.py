"""The three flows of the client-side direct API, step by step as the vendor's guide numbers them.

Source: SnapTrade, "Client-side Direct API Usage": Registration, Connecting an account, Accessing the API directly.
"""

from collections.abc import AsyncIterator

import aiohttp

from signer_proxy.cli.demo_stage import CLIENT_SIDE, Stage
from signer_proxy.envelope import open_envelope


async def register(session: aiohttp.ClientSession, stage: Stage) -> AsyncIterator[str]:
    """Tell each step as it is done; the private key never leaves this machine."""
    yield f"1 · the Client makes a key pair: {stage.key.bits} bits, {stage.key.fingerprint}"
    yield "2 · the Client sends its public key to the Partner"
    await _ask(session, stage, "register", {"rsaPublicKey": stage.key.public.line()})
    yield "3 to 6 · the Partner registers the user at the API, and keeps the userSecret"
    yield "7 · the Partner confirms"


async def connect(session: aiohttp.ClientSession, stage: Stage) -> AsyncIterator[str]:
    """Tell each step as it is done; the link is for the Client alone."""
    yield "1 to 3 · the Client asks the Partner, and the Partner the API, for a login link"
    envelope = await _ask(session, stage, "connect", {})
    yield "4, 5 · the API seals it, and the Partner passes the envelope along"
    yield f"6 · the Client opens it: {open_envelope(envelope, stage.key)}"


ACCESS = (
    f"1 to 6 · the proxy gets a sealed token from the Partner and opens it; 7, 8 · it calls as profile {CLIENT_SIDE}"
)


async def _ask(session: aiohttp.ClientSession, stage: Stage, what: str, fields: dict[str, str]) -> object:
    headers = {"Authorization": f"Bearer {stage.session}"}
    url = f"{stage.partner}/snaptrade/{what}"
    async with session.post(url, json=fields, headers=headers, raise_for_status=True) as response:
        return await response.json()
