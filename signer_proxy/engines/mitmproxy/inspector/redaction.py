"""Take the secrets out of a flow, whatever of it could be seen, exported or saved."""

from collections.abc import Collection

from mitmproxy import http

from signer_proxy import content_coding
from signer_proxy.engines.mitmproxy.inspector.facts import Facts
from signer_proxy.errors import SignerError
from signer_proxy.message import values, without
from signer_proxy.operations.registration import HIDDEN
from signer_proxy.redaction import redact


def redacted(flow: http.HTTPFlow) -> http.HTTPFlow:
    """Return a copy of a flow without its secrets, for what leaves the inspector."""
    copy: http.HTTPFlow = flow.copy()
    redact_in_place(copy)
    return copy


def redact_in_place(flow: http.HTTPFlow) -> None:
    """Take the secrets out of a flow, and what it was before it was edited."""
    facts = Facts.of(flow)
    cut = facts.cut if facts is not None else []
    proofs = redact.proofs(flow.request.data.path, flow.request.headers.fields)
    if facts is not None:
        proofs |= redact.proofs(facts.target, tuple((name, value) for name, value in facts.headers))
    flow._backup = None
    flow.request.data.path = redact.target(flow.request.data.path)
    _redact(flow.request, is_cut="request" in cut)
    if flow.response is not None:
        is_granting = facts is not None and facts.is_granting
        _redact(flow.response, is_cut="answer" in cut, is_granting=is_granting)
        _forget(flow.response, proofs)
    if facts is not None:
        facts.redacted().put(flow)


def plain_body(message: http.Message) -> bytes | None:
    """Return a body unpacked; None where it cannot be, or not within bounds."""
    codings = values(message.headers.fields, b"content-encoding")
    try:
        if [coding.strip().lower() for coding in codings] in ([b"br"], [b"zstd"]):
            return message.get_content(strict=True)
        return content_coding.unpack(message.raw_content or b"", codings, redact.LARGEST)
    except (ValueError, SignerError):
        return None


def _redact(message: http.Message, *, is_cut: bool, is_granting: bool = False) -> None:
    fields = message.headers.fields
    plain = plain_body(message)
    if plain is None:
        shown = HIDDEN.encode()  # what cannot be looked into could hold anything
    elif is_granting and plain:
        shown = redact.granted(plain)
    else:
        shown = redact.body(plain, b"".join(values(fields, b"content-type")), is_cut=is_cut)
    if shown != plain:
        message.raw_content = shown
        fields = without(fields, b"content-encoding")
    message.data.headers = http.Headers(redact.headers(fields))


def _forget(answer: http.Response, proofs: Collection[bytes]) -> None:
    """Take what proved who asks out of an answer that repeats it."""
    plain, fields = plain_body(answer) or b"", answer.headers.fields
    if any(proof in plain for proof in proofs):
        answer.data.content = redact.repeated(plain, proofs)
        fields = without(fields, b"content-encoding")
    answer.data.headers = http.Headers(tuple((name, redact.repeated(value, proofs)) for name, value in fields))
