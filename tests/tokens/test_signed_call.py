"""Our own signed call as token source: what the call answers, and how it may fail."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable

import pytest

from signer_proxy.crypto.envelope import seal
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.errors import NotSignableError, UpstreamUnreachableError
from signer_proxy.message import Answer
from signer_proxy.tokens.signed_call import SignedCallSource
from signer_proxy.tokens.source import SourceError

SUBJECT = "GET /snapTrade/encryptedJWT of profile 'partner'"


def answering(answer: Answer | Exception) -> Callable[[], Awaitable[Answer]]:
    """Return a call with this outcome."""

    async def call() -> Answer:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
async def test_the_envelope_in_the_answer_is_opened(key: PrivateKey, packed: bool) -> None:
    """The answer's body is the envelope, packed or not; nothing tells of a change but the call itself."""
    body = json.dumps(seal("token", key.public)).encode()
    answer = Answer(200, ((b"content-encoding", b"gzip"),), gzip.compress(body)) if packed else Answer(200, (), body)
    source = SignedCallSource(answering(answer), key, SUBJECT)
    assert await source.fetch() == "token"
    assert not source.changed()


FAILURES: dict[str, tuple[Answer | Exception, str]] = {
    "unreachable": (UpstreamUnreachableError("the API cannot be reached"), "the API cannot be reached"),
    "unsignable": (NotSignableError("the target holds '#'"), "the target holds '#'"),
    "refused": (
        Answer(401, (), b'{"detail": "secret"}'),
        "must answer 200, got 401 Unauthorized (are its headers and credentials right?)",
    ),
    "own-status": (Answer(599), "must answer 200, got 599"),
    "packed-badly": (
        Answer(200, ((b"Content-Encoding", b"gzip"),), b"{}"),
        "must answer plain or packed with gzip, up to 1 MiB, got other bytes",
    ),
    "packed-bomb": (
        Answer(200, ((b"Content-Encoding", b"gzip"),), gzip.compress(bytes(2 << 20))),
        "must answer plain or packed with gzip, up to 1 MiB, got other bytes",
    ),
    "plain-token": (Answer(200, (), b'"secret"'), "must hold an envelope"),
}


@pytest.mark.parametrize(("answer", "reason"), FAILURES.values(), ids=FAILURES)
async def test_failures_name_the_call_and_the_reason(key: PrivateKey, answer: Answer | Exception, reason: str) -> None:
    """Whatever goes wrong, the call is named, and no byte of an answer is shown."""
    with pytest.raises(SourceError) as caught:
        await SignedCallSource(answering(answer), key, SUBJECT).fetch()
    assert str(caught.value).startswith(SUBJECT)
    assert reason in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_a_call_that_hangs_ends(key: PrivateKey) -> None:
    """A fetch has its time, whatever the call does."""

    async def call() -> Answer:
        await asyncio.Event().wait()
        return Answer(200)

    with pytest.raises(SourceError, match=r"must answer within 0.05 s, got no whole answer"):
        await SignedCallSource(call, key, SUBJECT, within=0.05).fetch()
