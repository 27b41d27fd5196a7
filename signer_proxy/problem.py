"""Answers of our own: `application/problem+json` with the header `Signer-Error` (RFC 9457)."""

import json
from http import HTTPStatus

from signer_proxy.errors import SignerError
from signer_proxy.message import Answer


def answer(error: SignerError) -> Answer:
    """Write an error as the answer that a client gets."""
    body = json.dumps(
        {
            "type": f"urn:signer-proxy:{error.code}",
            "title": error.title,
            "status": error.status,
            "detail": str(error),
        }
    ).encode()
    return Answer(
        error.status,
        (
            (b"Content-Type", b"application/problem+json"),
            (b"Content-Length", b"%d" % len(body)),
            (b"Cache-Control", b"no-store"),
            # A browser that shows a refusal asks for an icon next, and this would be the address bar's own request.
            (b"Content-Security-Policy", b"default-src 'none'"),
            (b"Signer-Error", error.code.encode()),
            *error.headers,
        ),
        body,
        HTTPStatus(error.status).phrase.encode(),
    )
