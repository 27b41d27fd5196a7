"""The content view *Signed request*: what was signed, beside what came in, and how the exchange went."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from mitmproxy.contentviews import Contentview, Metadata
from mitmproxy.http import HTTPFlow

from signer_proxy.engines.mitmproxy.inspector import signature_lines
from signer_proxy.engines.mitmproxy.inspector.facts import Facts

_LABEL: Final = 21
_FATE: Final = 10
_GAP: Final = " "  # the UI drops empty lines


class SignedRequest(Contentview):
    """Of every flow of ours, which it is the first choice for."""

    @property
    def name(self) -> str:
        """What the list of views says."""
        return "Signed request"

    def prettify(self, data: bytes, metadata: Metadata) -> str:
        """Write scheme, profile, clock, what became of each header, and the exact string."""
        facts = Facts.of(metadata.flow)
        if facts is None or not isinstance(metadata.flow, HTTPFlow):
            return "signer-proxy has not signed this."
        return "\n".join([*_summary(facts, metadata.flow), *_signed(facts), *_changes(facts)])

    def render_priority(self, data: bytes, metadata: Metadata) -> float:
        """Come before JSON where something was signed, and behind it where there is a body and a token."""
        flow, facts = metadata.flow, Facts.of(metadata.flow)
        if facts is None or not isinstance(flow, HTTPFlow) or metadata.http_message is not flow.request:
            return -1
        return 2 if facts.base or not data else 0.5


def _summary(facts: Facts, flow: HTTPFlow) -> Iterator[str]:
    yield _line(
        "Profile", f"{facts.profile}, {facts.scheme}, for upstream {facts.upstream}" if facts.profile else "none"
    )
    status = facts.code or (str(flow.response.status_code) if flow.response else "")
    own = facts.ms_total - facts.ms_upstream - facts.ms_token
    times = f"upstream {facts.ms_upstream:.1f}, token {facts.ms_token:.1f}, own {own:.1f}"
    yield _line("Outcome", f"{facts.outcome} {status} in {facts.ms_total:.1f} ms ({times})")
    yield _line("Access", facts.access or "not decided")
    if facts.clock:
        yield _line("Clock", f"{_read(facts.clock)}, {_distance(facts, flow)}")
    if facts.digest:
        yield _line("Signature", facts.digest)
    if flow.response is not None:
        for name, value in flow.response.headers.items(multi=True):
            if name.lower() == "x-request-id" or name.lower().startswith("x-ratelimit-"):
                yield _line(name, value)
    if facts.warnings:
        yield _line("Warnings", ", ".join(facts.warnings))
    if facts.cut:
        yield _line("Cut", f"of the {' and the '.join(facts.cut)}, only the first MiB is kept")


def _signed(facts: Facts) -> Iterator[str]:
    if facts.base:
        yield from (_GAP, "The exact string", facts.base.decode("utf-8", "backslashreplace"))
        yield from (_GAP, "The same in lines (+ added, - came in and was not signed)", *signature_lines.marked(facts))
    elif facts.changes:
        yield from (_GAP, "No signature: a token speaks for the request.")


def _changes(facts: Facts) -> Iterator[str]:
    if facts.changes:
        yield from (_GAP, "From what came in to what left")
    for place, name, fate in facts.changes:
        yield f"  {fate:<{_FATE}} {place} {name}"
    if facts.more_changes:
        yield f"  and {facts.more_changes} more"


def _line(label: str, text: str) -> str:
    return f"{label:<{_LABEL}} {text}"


def _read(clock: str) -> str:
    if not (clock.isdecimal() and len(clock) < 12):
        return clock
    return f"{clock} ({datetime.fromtimestamp(int(clock), UTC):%Y-%m-%d %H:%M:%S} UTC)"


def _distance(facts: Facts, flow: HTTPFlow) -> str:
    if facts.seconds_off is not None:
        return f"{facts.seconds_off:.0f} s off the API's"
    return "right by the API's" if flow.response is not None and "date" in flow.response.headers else "not compared"
