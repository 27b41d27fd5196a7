"""The official Python SDK at the proxy: what it signs with a wrong key leaves signed with the right one."""

import pytest
from snaptrade_client.auth import CommercialApiKeyAuth, SnapTradeAuth
from snaptrade_client.client import SnapTrade
from snaptrade_client.exceptions import ApiException

from tests.end_to_end.conftest import Sandbox
from tests.end_to_end.daemon import Daemon


def sdk(origin: str) -> SnapTrade[CommercialApiKeyAuth]:
    """Return a client of the SDK with a key that nobody knows."""
    return SnapTrade(auth=SnapTradeAuth.commercial_api_key("a-wrong-key", "NOBODY"), host=origin)


def test_without_the_proxy(sandbox: Sandbox) -> None:
    """The sandbox alone refuses it: what passes below passes because of the proxy."""
    with pytest.raises(ApiException) as refused:
        sdk(sandbox.origin).account_information.list_user_accounts(user_id="alice", user_secret="alice-secret")
    assert refused.value.status == 401


def test_reading(daemon: Daemon) -> None:
    """Signature, clientId and timestamp are replaced, and the user's own parameters stay."""
    client = sdk(f"http://127.0.0.1:{daemon.ports['sandbox']}")
    answer = client.account_information.list_user_accounts(user_id="alice", user_secret="alice-secret")
    assert answer.status == 200
    assert answer.headers["Sandbox-Verdict"] == "verified"
    assert answer.headers["Signer-Profile"] == "verified"


def test_writing(daemon: Daemon) -> None:
    """A body is signed as well."""
    client = sdk(f"http://127.0.0.1:{daemon.ports['sandbox']}")
    answer = client.authentication.register_snap_trade_user(user_id="zoë-from-the-sdk")
    assert answer.headers["Sandbox-Verdict"] == "verified"
    assert answer.body["userId"] == "zoë-from-the-sdk"
