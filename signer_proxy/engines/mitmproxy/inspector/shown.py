"""An exchange as a flow of mitmproxy's: a copy, which no connection knows, with the request as it left."""

from typing import Final
from urllib.parse import urlsplit

from mitmproxy import http
from mitmproxy.connection import Client, Server
from mitmproxy.flow import Error

from signer_proxy import clock, query
from signer_proxy.changes import changes
from signer_proxy.engines.mitmproxy.inspector.facts import Facts
from signer_proxy.engines.mitmproxy.translation import PROFILE, response_of
from signer_proxy.exchange import Prepared
from signer_proxy.message import Request, split_target, values
from signer_proxy.proxy.course import Exchange
from signer_proxy.redaction.secret_names import GRANTING

_UNDER_WAY: Final = "under way"
_MARKERS: Final = {"refused": ":no_entry_sign:", "failed": ":boom:", "answered": ":warning:"}
"""Of what went wrong; an answer without one has none, so that `~marked` finds trouble."""

_MOST_CHANGES: Final = 200


def arrived(request: Request, now: float) -> http.HTTPFlow:
    """Return the flow of a request that came at `now`, in epoch seconds, and has no answer yet."""
    host, _, peer_port = request.client.rpartition(":")
    client = Client(peername=(host.strip("[]"), int(peer_port or 0)), sockname=("127.0.0.1", request.port))
    client.timestamp_start = now
    flow = http.HTTPFlow(client, Server(address=None))
    flow.timestamp_created = now
    flow.request = _as_it_came(request, now)
    flow.comment = _UNDER_WAY
    return flow


def finish(flow: http.HTTPFlow, done: Exchange) -> None:
    """Put all that is known of an exchange into its flow."""
    prepared, answer = done.prepared, done.answer
    if prepared is not None:
        left = Request(prepared.method, prepared.signed.target, prepared.signed.headers, prepared.body)
        flow.request = _request(left, prepared.upstream.origin, done.started)
    else:
        flow.request = _as_it_came(done.request, done.started)
    if done.profile is not None:
        flow.metadata[PROFILE] = done.profile.name
    if answer is not None:
        flow.response = response_of(answer, done.request.method)
        flow.response.timestamp_start = flow.response.timestamp_end = done.started + done.seconds
    else:
        flow.error = Error("no answer: " + (done.code or "the daemon ended"), done.started + done.seconds)
    _facts(done).put(flow)
    flow.comment, flow.marked = _comment(done), _marker(done)


def _as_it_came(request: Request, now: float) -> http.Request:
    return _request(request, f"{request.scheme}://localhost:{request.port}", now)


def _request(request: Request, origin: str, now: float) -> http.Request:
    place = urlsplit(origin)
    port = place.port or (443 if place.scheme == "https" else 80)
    method, scheme = request.method.encode("ascii", "replace"), place.scheme.encode()
    fields, host = http.Headers(request.headers), place.hostname or ""
    authority = request.authority if request.method == "CONNECT" else b""
    return http.Request(
        host, port, method, scheme, authority, request.target, b"HTTP/1.1", fields, request.body, None, now, now
    )


def _facts(done: Exchange) -> Facts:
    request, prepared, profile = done.request, done.prepared, done.profile
    explanation = prepared.signed.explanation if prepared else None
    off = clock.seconds_off(done.answer.headers, done.started + done.seconds) if done.answer else None
    found = changes(request, prepared.signed.target, prepared.signed.headers) if prepared else ()
    # A replay leaves out what we added, wherever it stands.
    told = [each for place, each in enumerate(found) if place < _MOST_CHANGES or each.fate == "added"]
    return Facts(
        outcome=done.outcome or "",
        code=done.code or "",
        profile=profile.name if profile else "",
        scheme=profile.scheme.name if profile else "",
        upstream=done.upstream.name if done.upstream else "",
        access=done.access or "",
        target=request.target,
        headers=[[name, value] for name, value in request.headers],
        body=request.body,
        base=explanation.signature_base if explanation else b"",
        digest=explanation.digest if explanation else "",
        clock=_clock(prepared) if prepared else "",
        seconds_off=off,
        changes=[[each.place, each.name, each.fate] for each in told],
        more_changes=len(found) - len(told),
        warnings=list(prepared.signed.warnings) if prepared else [],
        ms_total=done.seconds * 1000,
        ms_upstream=done.seconds_upstream * 1000,
        ms_token=done.seconds_token * 1000,
        is_opened=done.is_opened,
        is_granting=_is_granting(done),
        cut=[],
    )


def _clock(prepared: Prepared) -> str:
    if not prepared.signed.explanation.signature_base:
        return ""
    _, raw = split_target(prepared.signed.target)
    stamps = [query.value(part) for part in query.parameters(raw or b"") if query.name(part) == "timestamp"]
    dates = [value.decode("ascii", "replace") for value in values(prepared.signed.headers, b"date")]
    return ", ".join(stamps if prepared.signed.explanation.scheme == "snaptrade-signature" else dates)


def _is_granting(done: Exchange) -> bool:
    operation = done.prepared.operation if done.prepared else None
    is_answered = done.code is None and done.answer is not None and done.answer.status < 400
    return is_answered and operation is not None and (operation.method, operation.path) in GRANTING


def _comment(done: Exchange) -> str:
    who = [done.profile.name, done.profile.scheme.name] if done.profile else []
    status = done.code or (done.answer.status if done.answer else "")
    return " · ".join([*who, f"{done.outcome} {status}".rstrip()])


def _marker(done: Exchange) -> str:
    if done.outcome == "answered" and done.answer is not None and done.answer.status < 400:
        return ""
    return _MARKERS[done.outcome or "failed"]
