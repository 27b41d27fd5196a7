"""Find the envelope in what a source gave, and open it; no error shows a byte of what was there."""

import asyncio
import json
from http import HTTPStatus
from typing import Final

from signer_proxy import content_coding
from signer_proxy.crypto.envelope import EnvelopeError, is_envelope, open_envelope
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.errors import SignerError
from signer_proxy.message import Answer, values
from signer_proxy.tokens.source import SourceError

LARGEST: Final = 1 << 20
"""Bytes of an answer, as sent and as unpacked; an envelope has about one thousand."""


async def unseal_answer(answer: Answer, key: PrivateKey, subject: str, path: str = "") -> str:
    """Open the envelope in an answer's body, which must have status 200; raises SourceError."""
    if answer.status != 200:
        raise SourceError(f"{subject} must answer 200, got {_status(answer.status)}")
    try:
        content = content_coding.unpack(answer.body, values(answer.headers, b"content-encoding"), LARGEST)
    except SignerError as e:  # its text is about requests
        raise SourceError(f"{subject} must answer plain or packed with gzip, up to 1 MiB, got other bytes") from e
    return await unseal(content, key, subject, path)


async def unseal(content: bytes, key: PrivateKey, subject: str, path: str = "") -> str:
    """Open the envelope that stands in `content` at a dotted path, such as `data.envelope`; raises SourceError."""
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        # From None: the error holds all that was read.
        got = "a page of HTML (is that where a person logs in?)" if content.lstrip()[:1] == b"<" else "other text"
        raise SourceError(f"{subject} must hold JSON, got {got if content.strip() else 'nothing'}") from None
    value = _at(path, value, subject)
    if not is_envelope(value):
        raise SourceError(
            f"{subject} must hold an envelope, with encryptedSharedKey and encryptedMessageData, "
            f"{f'at path {path!r}' if path else 'by itself'}, got other JSON (name its place with `path`)"
        )
    try:
        return await asyncio.to_thread(open_envelope, value, key)  # RSA takes milliseconds
    except EnvelopeError as e:
        raise SourceError(f"{subject}: {e}") from e


def _at(path: str, value: object, subject: str) -> object:
    for step in path.split(".") if path else []:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise SourceError(f"{subject} must hold an envelope at path {path!r}, got nothing at its part {step!r}")
    return value


def _status(status: int) -> str:
    name = f"{status} {HTTPStatus(status).phrase}" if status in HTTPStatus else str(status)
    if 300 <= status < 400:
        return f"{name} (redirects are not followed: name the last URL)"
    return f"{name} (are its headers and credentials right?)" if status in (401, 403) else name
