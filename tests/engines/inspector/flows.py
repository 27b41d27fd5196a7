"""Flows of exchanges that were made up."""

from mitmproxy.http import HTTPFlow
from mitmproxy.test import tflow

from signer_proxy.engines.mitmproxy.inspector.facts import Facts
from signer_proxy.message import Headers


def facts(
    target: bytes = b"/accounts",
    headers: Headers = (),
    body: bytes = b"",
    *,
    base: bytes = b"",
    digest: str = "",
    scheme: str = "snaptrade-signature",
    is_opened: bool = False,
    is_granting: bool = False,
) -> Facts:
    """Return what is known of an exchange."""
    return Facts(
        outcome="answered",
        code="",
        profile="partner",
        scheme=scheme,
        upstream="api",
        access="read",
        target=target,
        headers=[[name, value] for name, value in headers],
        body=body,
        base=base,
        digest=digest,
        clock="1700000000",
        seconds_off=None,
        changes=[["parameter", "clientId", "added"]],
        more_changes=0,
        warnings=[],
        ms_total=3.0,
        ms_upstream=1.0,
        ms_token=0.5,
        is_opened=is_opened,
        is_granting=is_granting,
        cut=[],
    )


def flow(known: Facts | None = None, request: bytes = b"", answer: bytes = b"") -> HTTPFlow:
    """Return a flow with these bodies, which is ours where something is known of it."""
    made: HTTPFlow = tflow.tflow(resp=True)
    assert made.response is not None
    made.request.raw_content, made.response.raw_content = request, answer
    if known is not None:
        known.put(made)
    return made
