"""The table of routes has operations that the API has, and serves the vendor's own SDK."""

import asyncio
import re
from typing import Any

from snaptrade_client.auth import SnapTradeAuth
from snaptrade_client.client import SnapTrade

from signer_proxy.operations.snaptrade import OPERATIONS
from signer_proxy.sandbox.application import create_application
from signer_proxy.sandbox.server import serve
from signer_proxy.sandbox.snaptrade.routes import OWN_ROUTES, PREFIXES, ROUTES
from tests.sandbox.calling import ALICE, PARTNER


def test_every_route_is_an_operation_of_the_api() -> None:
    """Methods and paths are those of the API's description, but for the older form of the positions."""

    def shape(method: str, path: str) -> tuple[str, str]:
        return method, re.sub(r"{\w+}", "{}", path)

    described = {shape(operation.method, operation.path) for operation in OPERATIONS.table}
    routed = {shape(method, path) for method, path, _ in ROUTES}
    assert routed - described <= {("GET", "/accounts/{}/positions")}
    assert len(routed) == len(ROUTES)
    assert described.isdisjoint(shape(method, path) for method, path, _ in OWN_ROUTES)
    assert set(PREFIXES) == {"", OPERATIONS.prefix}


async def test_official_sdk_works_with_the_sandbox() -> None:
    """The Python SDK signs in, reads what it finds and places and cancels an order, as with the real API."""

    def session(port: int) -> list[str]:
        key = SnapTradeAuth.commercial_api_key(consumer_key=PARTNER.consumer_key, client_id=PARTNER.client_id)
        sdk = SnapTrade(auth=key, host=f"http://127.0.0.1:{port}")
        user: dict[str, Any] = {"user_id": ALICE[0], "user_secret": ALICE[1]}
        account = {"account_id": sdk.account_information.list_user_accounts(**user).body[0]["id"], **user}
        for read in (
            sdk.account_information.get_user_account_details,
            sdk.account_information.get_user_account_balance,
            sdk.account_information.get_all_account_positions,
            sdk.account_information.get_account_activities,
        ):
            read(**account)
        placed = sdk.trading.place_force_order(
            **account, action="BUY", symbol="KO", order_type="Market", time_in_force="Day", units=1.0
        ).body
        sdk.trading.cancel_order(**account, brokerage_order_id=placed["brokerage_order_id"])
        return [str(order["status"]) for order in sdk.account_information.get_user_account_orders(**account).body]

    async with serve(create_application([PARTNER])) as port:
        assert await asyncio.to_thread(session, port) == ["CANCELED"]
