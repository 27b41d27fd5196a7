"""Open envelopes in answers on their way back, so that a client reads what was sealed for this machine."""

import json
from collections.abc import Sequence

from signer_proxy import content_coding
from signer_proxy.crypto.envelope import SHARED_KEY, EnvelopeError, is_envelope, open_envelope
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.errors import SignerError
from signer_proxy.message import Answer, values, without

# What such headers say holds for the envelope, and not for what was in it.
_OF_THE_ENVELOPE = (
    b"cache-control",
    b"content-digest",
    b"content-encoding",
    b"content-length",
    b"content-md5",
    b"content-type",
    b"digest",
    b"etag",
    b"expires",
    b"last-modified",
)
_LARGEST = 1 << 20
"""Bytes of an envelope, unpacked; the API's have about one thousand."""


def opened(answer: Answer, keys: Sequence[PrivateKey]) -> tuple[Answer, tuple[str, ...]]:
    """Return the answer with its envelope opened by the first of at least one key that fits, and codes for warnings.

    What is no envelope, and one that does not open, passes as it came.
    """
    envelope = _envelope(answer)
    if envelope is None:
        return answer, ()
    for key in keys:
        try:
            return _plain(answer, open_envelope(envelope, key)), ()
        except EnvelopeError:
            continue
    return answer, ("envelope-unreadable",)


def is_sealed(answer: Answer) -> bool:
    """Tell, without reading it, whether an answer may be an envelope."""
    return SHARED_KEY.encode() in answer.body or bool(values(answer.headers, b"content-encoding"))


def _envelope(answer: Answer) -> object | None:
    try:
        value: object = json.loads(
            content_coding.unpack(answer.body, values(answer.headers, b"content-encoding"), _LARGEST)
        )
    except (ValueError, RecursionError, SignerError):
        return None
    return value if is_envelope(value) else None


def _plain(answer: Answer, text: str) -> Answer:
    body = text.encode()
    kept = without(answer.headers, *_OF_THE_ENVELOPE)
    ours = ((b"Content-Type", _type_of(text)), (b"Content-Length", b"%d" % len(body)), (b"Cache-Control", b"no-store"))
    return Answer(answer.status, (*kept, *ours), body, answer.reason)


def _type_of(text: str) -> bytes:
    try:
        is_json = isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        is_json = False
    return b"application/json" if is_json else b"text/plain; charset=utf-8"
