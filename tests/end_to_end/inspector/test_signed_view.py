"""The view of a signed request shows what the upstream got, and what became of each header and parameter."""

import json
import re

import pytest

from signer_proxy.schemes.snaptrade_signature import sign_base, signature_base
from tests.end_to_end.client_side.parties import CONSUMER_KEY
from tests.end_to_end.inspector.stage import JSON, Stage
from tests.end_to_end.inspector.test_redaction import export
from tests.end_to_end.wire import ask


def test_snaptrade_signature(stage: Stage) -> None:
    """The string is the one whose HMAC the upstream has got, over the target that it has got."""
    body = '{"b": 1, "a": "é"}'.encode()
    assert stage.call("raw-reader", "POST", "/symbols?x=%20&timestamp=1", JSON, body=body).status == 200
    flow = stage.ui.last()
    (sent,) = stage.recorder.requests
    target = sent.split(b" ")[1]
    found = re.search(rb"\r\nSignature: (\S+)\r\n", sent)
    assert found is not None
    shown = stage.ui.exact(flow).encode()
    assert shown == signature_base(b'{"a":"\\u00e9","b":1}', *target.split(b"?", 1))
    assert sign_base(CONSUMER_KEY.encode(), shown) == found[1].decode()
    assert flow["request"]["path"] == target.decode()
    view = stage.ui.view(flow)
    assert re.search(r"^Profile +raw-reader, snaptrade-signature, for upstream raw$", view, re.MULTILINE)
    assert re.search(r"^Access +read$", view, re.MULTILINE)
    assert f"Signature             {found[1][:8].decode()}…" in view
    for fate in (
        "unchanged  parameter x",
        "replaced   parameter timestamp",
        "added      parameter clientId",
        "unchanged  header Content-Type",
        "removed    header Signer-Profile",
        "added      header Signature",
    ):
        assert f"  {fate}\n" in f"{view}\n"
    assert "  -   timestamp=1\n" in view
    assert "  +   clientId=PARTNER\n" in view


def test_pti_signature(stage: Stage) -> None:
    """The six lines are those that the JWS holds, which the second view decodes."""
    body = b'{"id": "zoe", "name": {"firstName": "Zoe", "lastName": "Doe"}}'
    assert stage.call("pti-signed", "POST", "/v1/users", JSON, body=body).status == 201
    flow = stage.ui.last()
    asked = stage.pti.others[-1]
    shown = stage.ui.exact(flow).split("\n")
    assert shown[0] == "POST"
    assert shown[2:] == [
        f"content-type:{asked.one('content-type')}",
        f"date:{asked.one('date')}",
        f"x-pti-client-id:{asked.one('x-pti-client-id')}",
        asked.target,
    ]
    jws = stage.ui.view(flow, view="PTI JWS")
    assert '"alg": "EdDSA"' in jws
    assert all(line in jws for line in shown)
    assert asked.one("x-pti-signature").rpartition(".")[2][:8] in jws


def test_tokens(stage: Stage) -> None:
    """Where a token speaks for a request, the view says so, and shows JSON first where there is some."""
    assert stage.call("bob", "GET", "/accounts?userId=x").status == 200
    bob = stage.ui.last()
    assert stage.call("pti-token", "GET", "/v1/users").status == 200
    pti = stage.ui.last()
    for flow, profile in ((bob, "bob, snaptrade-jwt"), (pti, "pti-token, pti-token")):
        view = stage.ui.view(flow)
        assert profile in view
        assert "No signature: a token speaks for the request." in view
        assert stage.ui.view(flow, view="auto") == view
    assert "removed    parameter userId" in stage.ui.view(bob)


def test_an_opened_envelope(stage: Stage) -> None:
    """An answer that came sealed is shown as the client read it, and says so; what it tells stays secret."""
    reply = stage.call("bob", "GET", "/accounts")
    assert "no envelope" in stage.ui.view(stage.ui.last(), "response", "Decrypted envelope")
    reply = stage.call("partner", "POST", "/snapTrade/login")
    assert b"redirectURI" in reply.body
    flow = stage.ui.last()
    view = stage.ui.view(flow, "response", "Decrypted envelope")
    assert view.startswith("Opened with a key")
    assert '"redirectURI": "***"' in view
    assert stage.ui.view(flow, "response", "auto") == view


def test_refusals(stage: Stage) -> None:
    """A request that was refused is shown as it came, with its code, and nothing was signed."""
    assert stage.call("raw-reader", "POST", "/trade/place", JSON, body=b"{}").code == "access-denied"
    flow = stage.ui.last()
    assert flow["comment"] == "raw-reader · snaptrade-signature · refused access-denied"
    assert flow["request"]["path"] == "/trade/place"
    assert flow["marked"] == "🚫"
    view = stage.ui.view(flow)
    assert "refused access-denied" in view
    assert "The exact string" not in view
    assert stage.recorder.requests == []


NO_REQUESTS = {
    "no HTTP": b"BROKEN\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    "a target of bytes": b"GET /\xff?userSecret=theirs HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "an unknown coding": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: rot13\r\nContent-Length: 1\r\n\r\nx",
}


@pytest.mark.parametrize("raw", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request(stage: Stage, raw: bytes) -> None:
    """Whatever a client sends can be shown, exported and saved."""
    assert ask(stage.daemon.ports["raw"], raw).status >= 400
    assert stage.call("raw", "GET", "/accounts").status == 200
    told = stage.ui.everything()
    assert "theirs" not in str(told)
    assert json.loads(export(stage, f"{len(list(stage.folder.iterdir()))}.har").read_text())["log"]["entries"]
    assert "internal" not in stage.daemon.output


def test_the_list(stage: Stage) -> None:
    """Comment and marker tell profile, scheme and verdict."""
    stage.call("partner", "GET", "/accounts")
    well = stage.ui.last()
    stage.call("partner", "GET", "/accounts/none")
    badly = stage.ui.last()
    assert (well["comment"], well["marked"]) == ("partner · snaptrade-signature · answered 200", "")
    assert (badly["comment"], badly["marked"]) == ("partner · snaptrade-signature · answered 404", "⚠")
