"""The views say what is known of a flow, and break on none."""

import base64
import json
from dataclasses import replace
from typing import Final

import pytest
from mitmproxy.contentviews import Contentview, Metadata
from mitmproxy.http import HTTPFlow
from mitmproxy.test import tflow

from signer_proxy.engines.mitmproxy.inspector.decrypted_envelope import DecryptedEnvelope
from signer_proxy.engines.mitmproxy.inspector.pti_jws import PtiJws
from signer_proxy.engines.mitmproxy.inspector.signed_request import SignedRequest
from tests.engines.inspector.flows import facts, flow

VIEWS: Final = {"Signed request": SignedRequest(), "PTI JWS": PtiJws(), "Decrypted envelope": DecryptedEnvelope()}
BASE: Final = b'{"content":{"a":1,"b":"x"},"path":"/v","query":"q=1&clientId=C"}'
LINES: Final = b"POST\nAB\ncontent-type:application/json\ndate:now\nx-pti-client-id:C\n/v1/users"


def jws() -> str:
    """Return the beginning of a JWS over the six lines."""
    parts = (json.dumps({"alg": "EdDSA"}).encode(), LINES)
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "abcdefgh…"])


def text(view: Contentview, shown: HTTPFlow, data: bytes = b"") -> str:
    """Return what a view makes of the request of a flow."""
    return view.prettify(data, Metadata(flow=shown, http_message=shown.request))


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param(Metadata(), id="nothing"),
        pytest.param(Metadata(flow=flow()), id="a flow that is not ours"),
        pytest.param(Metadata(flow=tflow.ttcpflow()), id="TCP"),
        pytest.param(Metadata(flow=tflow.tdnsflow()), id="DNS"),
    ],
)
def test_what_is_not_ours(view: Contentview, metadata: Metadata) -> None:
    """A view of ours stands back, and writes a sentence where it is asked all the same."""
    assert view.render_priority(b"\xff", metadata) < 0
    assert view.prettify(b"\xff", metadata).endswith(".")


def test_facts_of_another_version() -> None:
    """Metadata that another version has written is not ours."""
    shown = flow()
    shown.metadata["signer"] = {"outcome": "answered"}
    assert text(SignedRequest(), shown) == "signer-proxy has not signed this."


def test_names() -> None:
    """The names are those that the list of views shows."""
    assert {view.name: view for view in VIEWS.values()} == VIEWS


def test_lines_of_snaptrade() -> None:
    """What was signed stands in lines, each with what it was as it came in."""
    shown = flow(facts(b"/v?q=1&timestamp=9", body=b'{"b":"y","a":1}', base=BASE))
    view = text(SignedRequest(), shown)
    assert BASE.decode() in view
    for line in (
        '        "a": 1,',
        '  -     "b": "y"',
        '  +     "b": "x"',
        "      q=1",
        "  +   clientId=C",
        "  -   timestamp=9",
    ):
        assert f"\n{line}\n" in view, view
    assert "own 1.5" in view
    assert "1700000000 (2023-11-14 22:13:20 UTC)" in view


def test_lines_of_pti() -> None:
    """PTI's lines are compared with the headers that came in."""
    headers = ((b"Content-Type", b"application/json"), (b"Date", b"then"))
    shown = flow(facts(b"/users", headers, b"{}", base=LINES, scheme="pti-signature", digest=jws()))
    view = text(SignedRequest(), shown)
    for line in (
        "    POST",
        "    content-type:application/json",
        "  - date:then",
        "  + date:now",
        "  - /users",
        "  + /v1/users",
    ):
        assert f"\n{line}\n" in view, view
    decoded = text(PtiJws(), shown)
    assert '"alg": "EdDSA"' in decoded
    assert "SHA-256 of the body  AB" in decoded
    assert "path                 /v1/users" in decoded


@pytest.mark.parametrize(
    "base", [b'{"content":{"a', b"{}", b'{"content":1,"path":2,"query":3}', b"\xff", b'{"content":' + b"[" * 100_000]
)
def test_a_base_that_is_none(base: bytes) -> None:
    """A base that was cut or is broken is shown as it is."""
    assert base[:9].decode("utf-8", "backslashreplace") in text(SignedRequest(), flow(facts(base=base, body=b"\xff")))


def test_long_bases_are_not_compared() -> None:
    """Lines without end cost no time: they are shown without marks."""
    body = json.dumps(list(range(3000))).encode()
    view = text(SignedRequest(), flow(facts(base=b'{"content":%b,"path":"/","query":""}' % body)))
    assert "\n        2999\n" in view
    assert "  + " not in view.partition("The same in lines")[2].partition("\n")[2]


def test_more_changes_than_are_kept() -> None:
    """Of very many changes the first are listed, and the others counted."""
    shown = flow(replace(facts(), more_changes=9_801))
    assert "\n  and 9801 more" in text(SignedRequest(), shown)


def test_envelopes() -> None:
    """What was in an envelope is shown as JSON where it is some, else as it is."""
    opened = Metadata(flow=flow(facts(is_opened=True)))
    view = DecryptedEnvelope()
    assert view.prettify(b'{"a":1}', opened).endswith('\n\n{\n  "a": 1\n}')
    assert view.prettify(b"text", opened).endswith("\n\ntext")


def test_what_comes_first() -> None:
    """The signed request comes before JSON where something was signed, or where there is nothing else to see."""
    signed, unsigned = flow(facts(base=BASE)), flow(facts())
    view = SignedRequest()
    assert view.render_priority(b"{}", Metadata(flow=signed, http_message=signed.request)) > 1
    assert view.render_priority(b"{}", Metadata(flow=unsigned, http_message=unsigned.request)) < 1
    assert view.render_priority(b"", Metadata(flow=unsigned, http_message=unsigned.request)) > 1
    assert view.render_priority(b"", Metadata(flow=signed, http_message=signed.response)) < 0
