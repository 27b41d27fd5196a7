"""The three flows of the client-side direct API, step by step as the vendor's guide numbers them.

Source: SnapTrade, "Client-side Direct API Usage": Registration, Connecting an account, Accessing the API directly.
"""

from collections.abc import AsyncIterator

import aiohttp

from signer_proxy.cli.demo_stage import CLIENT_SIDE, Reply, Stage
from signer_proxy.crypto.envelope import open_envelope


async def register(session: aiohttp.ClientSession, stage: Stage) -> AsyncIterator[str]:
    """Tell each step once it is done; the private key never leaves this machine."""
    yield f"1 · the Client has made a key pair: {stage.key.bits} bits, {stage.key.fingerprint}"
    confirmed = await _ask(session, stage, "register", {"rsaPublicKey": stage.key.public.line()})
    yield "2 · it has sent the public half to the Partner"
    yield "3 · the Partner knows the Client by its login"
    yield "4 · it has sent userId and rsaPublicKey to the API"
    yield "5 · the API has answered it with the userSecret"
    yield "6 · the Partner keeps that, and the Client never sees it"
    yield f"7 · the Partner has confirmed: {confirmed['status']}"


async def connect(session: aiohttp.ClientSession, stage: Stage) -> AsyncIterator[str]:
    """Tell each step once it is done; the link is for the Client alone."""
    envelope = await _ask(session, stage, "connect", {})
    yield "1 · the Client has asked the Partner for a login link"
    yield "2 · the Partner knows the Client, and that it is registered"
    yield "3 · it has asked the API, with userId and userSecret"
    yield "4 · the API has sealed the link with the Client's public key"
    yield f"5 · the Partner has passed the envelope along: {', '.join(envelope)}"
    yield f"6 · the Client has opened it: {open_envelope(envelope, stage.key)}"
    yield "7 to 9 · the link is for a browser, where a person connects an account and comes back"


def access(reply: Reply) -> list[str]:
    """Return the steps behind a request under a profile with a token, once it is answered."""
    if not reply.is_verified:
        return ["1 to 8 · did not come to their end"]
    return [
        "1 · the proxy has asked the Partner for a token",
        "2 · the Partner knows the Client, and that it is registered",
        "3 · it has asked the API, with userId and userSecret",
        "4 · the API has sealed a token with the Client's public key",
        "5 · the Partner has passed the envelope along",
        "6 · the proxy has opened it",
        f"7 · it has sent the request with the token, as profile {CLIENT_SIDE}",
        "8 · the API has found the token valid, and answered",
    ]


async def _ask(session: aiohttp.ClientSession, stage: Stage, what: str, fields: dict[str, str]) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {stage.session}"}
    url = f"{stage.partner}/snaptrade/{what}"
    async with session.post(url, json=fields, headers=headers, raise_for_status=True) as response:
        content: dict[str, object] = await response.json()
        return content
