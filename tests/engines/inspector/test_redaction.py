"""A flow loses its secrets in whatever form it holds them, and stays a flow."""

import gzip
from io import BytesIO

import pytest
from mitmproxy import http, io
from mitmproxy.net.encoding import encode_brotli

from signer_proxy.engines.mitmproxy.inspector import bounds
from signer_proxy.engines.mitmproxy.inspector.facts import Facts
from signer_proxy.engines.mitmproxy.inspector.redaction import redact_in_place, redacted
from tests.engines.inspector.flows import facts, flow

SECRET = b'{"userSecret":"s3cr3t"}'
HIDDEN = b'{"userSecret":"***"}'

CODINGS = {
    "plain": ("", SECRET, HIDDEN),
    "gzip": ("gzip", gzip.compress(SECRET), HIDDEN),
    "br": ("br", encode_brotli(SECRET), HIDDEN),
    "br without a secret": ("br", encode_brotli(b"[]"), encode_brotli(b"[]")),
    "unknown": ("rot13", SECRET, b"***"),
    "broken": ("gzip", SECRET, b"***"),
}


@pytest.mark.parametrize(("coding", "raw", "kept"), CODINGS.values(), ids=CODINGS)
def test_codings(coding: str, raw: bytes, kept: bytes) -> None:
    """A packed body is looked into; where that cannot be, nothing of it stays."""
    shown = flow(facts(), answer=raw)
    assert shown.response is not None
    shown.response.headers["Content-Encoding"] = coding
    redact_in_place(shown)
    assert shown.response.raw_content == kept
    assert ("Content-Encoding" in shown.response.headers) == (kept == raw)


def test_everything_of_it() -> None:
    """Request, answer, facts and what it was before an edit: nothing holds the secret, and it can be saved."""
    known = facts(
        b"/?userSecret=s3cr3t",
        ((b"Signer-Token", b"s3cr3t"),),
        SECRET,
        base=b'{"content":{"userSecret":"s3cr3t"},"path":"/","query":"userSecret=s3cr3t"}',
        digest="12345678s3cr3t",
    )
    shown = flow(known, SECRET, SECRET)
    shown.request.path = "/?userSecret=s3cr3t"
    shown.request.headers = http.Headers(Authorization="s3cr3t")
    shown.backup()
    shown.request.path = "/other"
    safe = redacted(shown)
    out = BytesIO()
    io.FlowWriter(out).add(safe)
    assert b"s3cr3t" not in out.getvalue()
    assert b"12345678\xe2\x80\xa6" in out.getvalue()
    assert shown.request.headers["Authorization"] == "s3cr3t", "it is a copy that was redacted"
    (read,) = io.FlowReader(BytesIO(out.getvalue())).stream()
    assert Facts.of(read) == Facts.of(safe)


def test_what_an_answer_repeats() -> None:
    """An answer that repeats what proved who asks is shown without it, under any name, packed or not."""
    came = ((b"Signer-Token", b"token-of-the-client"),)
    for pack, coding in ((bytes, ""), (gzip.compress, "gzip")):
        echo = b'{"seen":["token-of-the-client","JWT eyJ0eXAi.x","of alice+s"]}'
        shown = flow(facts(headers=came), answer=pack(echo))
        assert shown.response is not None
        shown.request.path = "/?userSecret=of%20alice%2Bs"
        shown.request.headers = http.Headers(Authorization="JWT eyJ0eXAi.x")
        shown.response.headers["Content-Encoding"] = coding
        shown.response.headers["X-Seen"] = "eyJ0eXAi.x"
        redact_in_place(shown)
        assert shown.response.raw_content == b'{"seen":["***","***","***"]}'
        assert shown.response.headers["X-Seen"] == "***"


def test_a_credential() -> None:
    """The answer of an operation that hands out credentials goes whole."""
    shown = flow(facts(is_granting=True), answer=b"s3cr3t")
    redact_in_place(shown)
    assert shown.response is not None
    assert shown.response.raw_content == b"***"


def test_cut() -> None:
    """A body over 1 MiB is cut after it was unpacked, and the flow says so."""
    shown = flow(facts(), answer=b"x" * (bounds.MOST + 1), request=b"y" * bounds.MOST)
    shown.comment = "fine"
    bounds.cut(shown)
    assert shown.response is not None
    assert len(shown.response.raw_content or b"") == len(shown.request.raw_content or b"") == bounds.MOST
    known = Facts.of(shown)
    assert known is not None
    assert (shown.comment, known.cut) == ("fine · answer cut at 1 MiB", ["answer"])
    assert bounds.size(shown) > 2 * bounds.MOST


def test_cut_when_unpacked() -> None:
    """What is small when it is packed is cut by what is in it, and its secrets go: as it came, as it left, as it is."""
    plain = b'[{"token":"s3cr3t"},"%b"]' % (b"x" * bounds.MOST)
    packed, coding = gzip.compress(plain), ((b"Content-Encoding", b"gzip"),)
    shown = flow(facts(headers=coding, body=packed, base=b'{"content":%b' % plain), packed, packed)
    assert shown.response is not None
    shown.request.headers = shown.response.headers = http.Headers(coding)
    bounds.cut(shown)
    redact_in_place(shown)
    redact_in_place(shown)  # as an export does once more
    known = Facts.of(shown)
    assert known is not None
    assert known.cut == ["request", "answer", "signed string"]
    for kept in (shown.request.raw_content, shown.response.raw_content, known.body):
        assert kept is not None
        assert kept.startswith(b'[{"token":"***"},"xxx')
        assert len(kept) <= bounds.MOST
    assert known.base.startswith(b'{"content":[{"token":"***"},"xxx')
    assert known.headers == []


def test_an_unknown_coding_is_not_kept() -> None:
    """As a request came, too, what cannot be unpacked is not kept."""
    shown = flow(facts(headers=((b"Content-Encoding", b"rot13"),), body=b"frperg"))
    bounds.cut(shown)
    redact_in_place(shown)
    known = Facts.of(shown)
    assert known is not None
    assert known.body == b"***"
