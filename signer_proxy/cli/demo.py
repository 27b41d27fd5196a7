"""`signer-proxy demo`: watch unsigned requests arrive, leave signed and be verified."""

import asyncio
import json
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import click

from signer_proxy.audit import exchange_log
from signer_proxy.cli.demo_flows import access, connect, register
from signer_proxy.cli.demo_stage import CLIENT_SIDE, PTI_TOKEN, Call, Reply, Stage, free_port, open_stage, send
from signer_proxy.cli.demo_view import View
from signer_proxy.cli.inspection import inspecting
from signer_proxy.cli.stopping import caught_signals
from signer_proxy.cli.talk import talk
from signer_proxy.proxy.course import Exchange
from signer_proxy.runtime import Inspection

if TYPE_CHECKING:  # it brings a web server along
    from signer_proxy.engines.mitmproxy.inspector.inspector import Inspector

_PERSON: Final = '{"id": "jane", "name": {"firstName": "Zoë", "lastName": "Doe"}}'


@click.command("demo")
@click.option("--once", is_flag=True, help="End when all is shown: with 0 if every request was verified, else with 1.")
def command(once: bool) -> None:
    """Send unsigned requests through the proxy to a sandbox, show what became of them, and stay."""
    talk()
    sys.exit(0 if asyncio.run(_run(once)) else 1)


async def _run(once: bool) -> bool:
    view, done = View(), asyncio.Queue[Exchange]()
    with nullcontext() if once else inspecting(Inspection(web_port=free_port())) as inspector:
        return await _play(view, done, inspector)


async def _play(view: View, done: asyncio.Queue[Exchange], inspector: "Inspector | None") -> bool:
    def observe(exchange: Exchange) -> None:
        done.put_nowait(exchange)
        if inspector is not None:
            inspector.observe(exchange)

    async with caught_signals() as signals, open_stage(observe, inspector) as stage:
        view.opening(stage)
        calls, all_verified = await _show(view, stage, done)
        if inspector is None:
            return all_verified
        view.closing(stage, calls, inspector.url)
        await signals.unless(_follow(view, done))
        return all_verified


async def _show(view: View, stage: Stage, done: asyncio.Queue[Exchange]) -> tuple[list[Call], bool]:
    """Send signed requests, the last one made of what the first has answered, and walk the client-side flows."""
    calls: list[Call] = []
    replies: list[Reply] = []
    async with aiohttp.ClientSession() as session:
        for write in (_list_accounts, _search, _order):
            calls.append(write([reply.content for reply in replies]))
            replies.append(await send(session, stage, calls[-1]))
            view.call(calls[-1], await done.get(), replies[-1])
            if not replies[-1].is_verified:
                return calls, False
        await view.flow("Registration", register(session, stage))
        await view.flow("Connecting an account", connect(session, stage))
        for call in (
            Call("A GET with a token", "GET", "/accounts", profile=CLIENT_SIDE),
            Call("A POST to PTI, signed", "POST", "/users", _PERSON, is_pti=True),
            Call("A GET from PTI, with a token for this one request", "GET", "/users", profile=PTI_TOKEN, is_pti=True),
        ):
            calls.append(call)
            replies.append(await send(session, stage, call))
            view.call(call, await done.get(), replies[-1])
            if call.profile == CLIENT_SIDE:
                view.steps("Access to the API without a consumer key", access(replies[-1]))
    # What made something of its own name cannot be made again.
    again = [call for call, reply in zip(calls, replies, strict=True) if reply.status == 200]
    return again, all(reply.is_verified for reply in replies)


def _list_accounts(_: list[Any]) -> Call:
    return Call("A GET", "GET", "/accounts")


def _search(_: list[Any]) -> Call:
    body = json.dumps({"substring": "Nestlé"}, ensure_ascii=False)
    return Call("A POST with non-ASCII JSON", "POST", "/symbols", body)


def _order(answers: list[Any]) -> Call:
    accounts, _ = answers
    order = {
        "account_id": accounts[0]["id"],
        "action": "BUY",
        "symbol": "AAPL",
        "order_type": "Limit",
        "time_in_force": "Day",
        "units": 2,
        "price": 187.5,
    }
    return Call("An order", "POST", "/trade/place", json.dumps(order))


async def _follow(view: View, done: asyncio.Queue[Exchange]) -> None:
    """Show what else comes in, for as long as the demo stays."""
    while True:
        view.exchange(exchange_log.line(await done.get()))
