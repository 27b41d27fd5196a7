"""A file of mitmproxy's flows gives the request that was refused, to the byte."""

import gzip
import json
from pathlib import Path
from typing import Final

import pytest
from mitmproxy.http import HTTPFlow
from mitmproxy.test import tflow

from signer_proxy.cli.flow_entry import read_flow
from signer_proxy.engines.mitmproxy.inspector import bounds
from signer_proxy.engines.mitmproxy.inspector.redaction import redacted
from tests.cli.command import failed
from tests.cli.flows import flow_file, posted
from tests.cli.test_diagnose import BODY, codes, diagnose, signed
from tests.engines.inspector.flows import facts

SIGNED: Final = {"Signature": "x"}

CHOICES: Final = {
    "the last that was refused": ([("/1", SIGNED, 401), ("/2", SIGNED, 401), ("/3", SIGNED, 200), ("/4", {}, 401)], 2),
    "the last that was signed": ([("/1", SIGNED, 200), ("/2", {"x-pti-signature": "x"}, None), ("/3", {}, 401)], 2),
    "the last": ([("/1", {}, 200), ("/2", {}, 404)], 2),
}


@pytest.mark.parametrize(("flows", "number"), CHOICES.values(), ids=CHOICES)
def test_choice(flows: list[tuple[str, dict[str, str], int | None]], number: int) -> None:
    """Of several requests it is the one that somebody would ask about; another one has its number."""
    recorded = [posted(target, headers, "", status=status) for target, headers, status in flows]
    content = flow_file(tflow.ttcpflow(), recorded[0], tflow.tdnsflow(), *recorded[1:])
    assert read_flow(content, "file").received.target == f"/{number}".encode()
    assert read_flow(content, "file", 1).received.target == b"/1"


def test_every_byte_is_kept() -> None:
    """Target, headers and a packed body are as they went over the wire."""
    flow = posted("/a%20b?q=%2B&&x", {}, "")
    fields = ((b"X", b"1"), (b"x", b"\xe9"), (b"Content-Encoding", b"gzip"))
    flow.request.headers.fields = fields
    flow.request.raw_content = packed = gzip.compress(b"{}")
    received = read_flow(flow_file(flow), "file").received
    assert (received.method, received.target) == ("POST", b"/a%20b?q=%2B&&x")
    assert (received.headers, received.body) == (fields, packed)


ORIGINS: Final = {
    "default port": (("api.example.com", 443), {}, "https://api.example.com"),
    "other port": (("API.example.com", 8443), {}, "https://api.example.com:8443"),
    "IPv6": (("::1", 8443), {}, "https://[::1]:8443"),
    "transparent": (("192.0.2.1", 443), {"Host": "api.example.com"}, "https://api.example.com"),
}


@pytest.mark.parametrize(("address", "headers", "origin"), ORIGINS.values(), ids=ORIGINS)
def test_origin(address: tuple[str, int], headers: dict[str, str], origin: str) -> None:
    """It is where the client meant to go, which a transparent proxy sees as an address."""
    assert read_flow(flow_file(posted("/", headers, "", address=address)), "file").received.origin == origin


def test_time_of_a_flow_counts(tmp_path: Path) -> None:
    """What was fresh when it was sent is not stale."""
    target, signature = signed(at=1_700_000_000)
    flow = posted(target, {"Signature": signature}, BODY, at=1_700_000_001)
    assert codes(diagnose(tmp_path, "--flow", "-", "--json", stdin=flow_file(flow))) == ["json-white-space"]


def saved(flow: HTTPFlow, body: bytes = b"{}") -> bytes:
    """Write a flow as the inspector saves it."""
    facts(body=body).put(flow)
    bounds.cut(safe := redacted(flow))
    return flow_file(safe)


def test_flows_of_the_inspector(tmp_path: Path) -> None:
    """A signature that the inspector has hidden is no wrong one: what to do is said."""
    target, signature = signed()
    content = saved(posted(target, {"Signature": signature}, BODY, status=401))
    said = failed(diagnose(tmp_path, "--flow", "-", stdin=content))
    assert "the request's Signature is ***" in said
    assert "`mitmdump -w`" in said


def test_a_body_that_was_cut(tmp_path: Path) -> None:
    """A body of which the inspector has kept the beginning is not diagnosed."""
    body = json.dumps({"a": "x" * bounds.MOST})
    said = failed(diagnose(tmp_path, "--flow", "-", stdin=saved(posted("/", {}, body))))
    assert "the request's body is not in the file, or not all of it" in said
