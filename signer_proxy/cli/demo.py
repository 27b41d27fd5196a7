"""`signer-proxy demo`: watch unsigned requests arrive, leave signed and be verified."""

import asyncio
import json
import sys
from typing import Any

import aiohttp
import click

from signer_proxy import exchange_log
from signer_proxy.cli.demo_stage import Call, Reply, Stage, open_stage, send
from signer_proxy.cli.demo_view import View
from signer_proxy.cli.stopping import caught_signals
from signer_proxy.cli.talk import talk
from signer_proxy.proxy import Exchange


@click.command("demo")
@click.option("--once", is_flag=True, help="End after the three requests: with 0 if all were verified, else with 1.")
def command(once: bool) -> None:
    """Send three unsigned requests through the proxy to a sandbox, show what became of them, and stay."""
    talk()
    sys.exit(0 if asyncio.run(_run(once)) else 1)


async def _run(once: bool) -> bool:
    view, done = View(), asyncio.Queue[Exchange]()
    async with caught_signals() as signals, open_stage(done.put_nowait) as stage:
        view.opening(stage)
        calls, all_verified = await _show(view, stage, done)
        if once:
            return all_verified
        view.closing(stage, calls)
        await signals.unless(_follow(view, done))
        return all_verified


async def _show(view: View, stage: Stage, done: asyncio.Queue[Exchange]) -> tuple[list[Call], bool]:
    """Send three requests, the last one with an account that the first one found."""
    calls: list[Call] = []
    replies: list[Reply] = []
    async with aiohttp.ClientSession() as session:
        for write in (_list_accounts, _search, _order):
            call = write([reply.content for reply in replies])
            reply = await send(session, stage, call)
            calls.append(call)
            replies.append(reply)
            view.call(len(calls), call, await done.get(), reply)
            if not reply.is_verified:
                return calls, False
    return calls, True


def _list_accounts(_: list[Any]) -> Call:
    return Call("A GET", "GET", "/accounts")


def _search(_: list[Any]) -> Call:
    return Call(
        "A POST with non-ASCII JSON", "POST", "/symbols", json.dumps({"substring": "Nestlé"}, ensure_ascii=False)
    )


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
