"""Programs for the official SDKs of SnapTrade, which make the same calls by the SDKs' own names."""

from typing import Final

from tests.recipes.calls import ACCOUNT
from tests.recipes.programs import run
from tests.recipes.way import Way

_PYTHON: Final = f"""\
from snaptrade_client import ApiException, SnapTrade, SnapTradeAuth

# The key may be any: the proxy puts the signature of the profile in the place of the SDK's.
client = SnapTrade(auth=SnapTradeAuth.commercial_api_key("NO-KEY", "NO-ID"), host="{{base}}")
alice = {{"user_id": "alice", "user_secret": "made-up-user-secret"}}
print(client.reference_data.get_partner_info().body)
print(client.authentication.register_snap_trade_user(user_id="zoë").body)
print(client.authentication.list_snap_trade_users().body)
print(client.account_information.list_user_accounts(**alice).body)
print(client.reference_data.get_symbols(substring="AAPL").body)
try:
    client.account_information.get_user_account_details(**alice, account_id="{ACCOUNT}")
except ApiException as error:
    print(error.status, error.body)
try:
    client.trading.place_force_order(
        **alice,
        account_id="{ACCOUNT}",
        action="BUY",
        order_type="Market",
        time_in_force="Day",
        symbol="AAPL",
        units=1.0,
    )
except ApiException as error:
    print(error.status, error.body)"""

_TYPESCRIPT: Final = f"""\
import {{ Configuration, Snaptrade, SnaptradeAuth }} from "snaptrade-typescript-sdk";

// The key may be any: the proxy puts the signature of the profile in the place of the SDK's.
const auth = SnaptradeAuth.commercialApiKey({{ clientId: "NO-ID", consumerKey: "NO-KEY" }});
const client = new Snaptrade({{ auth{{base}} }});
const alice = {{ userId: "alice", userSecret: "made-up-user-secret" }};
const accountId = "{ACCOUNT}";
const calls = [
  () => client.referenceData.getPartnerInfo(),
  () => client.authentication.registerSnapTradeUser({{ userId: "zoë" }}),
  () => client.authentication.listSnapTradeUsers(),
  () => client.accountInformation.listUserAccounts(alice),
  () => client.referenceData.getSymbols({{ substring: "AAPL" }}),
  () => client.accountInformation.getUserAccountDetails({{ ...alice, accountId }}),
  () => client.trading.placeForceOrder({{
    ...alice,
    account_id: accountId,
    action: "BUY",
    order_type: "Market",
    time_in_force: "Day",
    symbol: "AAPL",
    units: 1,
  }}),
];
for (const call of calls) {{
  const answer = await call().catch((error) => ({{ data: error.responseBody ?? error.message }}));
  console.log(JSON.stringify(answer.data));
}}"""


def python(way: Way) -> str:
    """Return a program for the Python SDK."""
    return run(way, "python -", _PYTHON.replace("{base}", way.snaptrade))


def typescript(way: Way) -> str:
    """Return a program for the TypeScript SDK; under `exec` it goes to its own base URL."""
    base = "" if way.name == "exec" else f', basePath: "{way.snaptrade}"'
    return run(way, "node --input-type=module", _TYPESCRIPT.replace("{base}", base))
