"""Diagnose a request that was signed for PTI."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final

from signer_proxy.diagnosis.mistake import Diagnosis, Mistake
from signer_proxy.diagnosis.pti.compact import Compact, read_compact
from signer_proxy.diagnosis.pti.credentials import Credentials
from signer_proxy.diagnosis.pti.lines import expected_lines, is_rfc1123, line_mistakes
from signer_proxy.diagnosis.pti.protected_header import header_mistakes
from signer_proxy.diagnosis.pti.signature_form import signature_forms
from signer_proxy.diagnosis.received import Received

SCHEME: Final = "pti-signature"
TOLERANCE: Final = 300
"""In seconds; PTI's documents name none."""

_MOST: Final = 4
"""So many signatures of one request are looked at."""
_RULED_OUT: Final = (
    "the form of the JWS",
    "other algorithms of the same key",
    "DER, hex, and signing the payload alone",
)
_LEFT: Final = (
    "the private key is another one than the profile's",
    "the JWS was changed after it had been signed",
)


def diagnose(received: Received, credentials: Credentials, now: float) -> Diagnosis:
    """Say why a signature is not right; `now` is in Unix seconds."""
    lines = expected_lines(received, credentials.client_id)
    expected = b"\n".join(lines)
    around = tuple(_around(received, credentials, now))
    signatures = received.values(b"x-pti-signature")
    if not signatures:
        return Diagnosis(SCHEME, around, is_explained=True, expected=expected, actual=None)
    whole = [read_compact(signature, expected) for signature in signatures[:_MOST]]
    proved = [(jws, _proof(jws, credentials)) for jws in whole if isinstance(jws, Compact)]
    if not proved:
        forms = (each for each in whole if isinstance(each, Mistake))
        found = tuple(dict.fromkeys((*forms, *around)))
        return Diagnosis(SCHEME, found, is_explained=False, expected=expected, actual=None, left=_LEFT)
    read, proof = next((each for each in proved if each[1] is not None), proved[0])
    mistakes = (*read.mistakes, *header_mistakes(read.header, credentials))
    mistakes = (*mistakes, *line_mistakes(read.payload, lines, received))
    found = tuple(dict.fromkeys((*mistakes, *(proof or ()), *around)))
    if proof is None:
        return Diagnosis(
            SCHEME,
            found,
            is_explained=False,
            expected=expected,
            actual=read.payload,
            ruled_out=_RULED_OUT,
            left=_LEFT,
        )
    return Diagnosis(SCHEME, found, is_explained=True, expected=expected, actual=read.payload)


def _proof(jws: Compact, credentials: Credentials) -> tuple[Mistake, ...] | None:
    """Return what is wrong with how the key signed; None where it did not."""
    for signature, forms in signature_forms(jws.signature):
        for signed, inputs in jws.signed:
            algorithm = credentials.algorithm_of(signature, signed)
            if algorithm == credentials.algorithm:
                return (*forms, *inputs)
            if algorithm is not None:
                text = f"The signature was made with {algorithm}; with this key it must be {credentials.algorithm}."
                return (*forms, *inputs, Mistake("jws-wrong-alg", text, "pti-jws"))
    return None


def _around(received: Received, credentials: Credentials, now: float) -> Iterator[Mistake]:
    signatures = received.values(b"x-pti-signature")
    if len(signatures) != 1:
        code = "signature-duplicated" if signatures else "signature-missing"
        yield Mistake(code, f"There are {len(signatures)} headers x-pti-signature; send one.", "headers")
    if signatures and received.values(b"x-pti-token"):
        yield Mistake("token-beside-signature", "Send x-pti-token or x-pti-signature, not both.", "headers")
    clients = received.values(b"x-pti-client-id")
    if len(clients) != 1:
        code = "client-id-duplicated" if clients else "client-id-missing"
        yield Mistake(code, f"There are {len(clients)} headers x-pti-client-id; send one.", "headers")
    elif clients[0].decode("latin-1") != credentials.client_id:
        yield Mistake("client-id-wrong", "The header x-pti-client-id is not the profile's client id.", "headers")
    if received.method in ("POST", "PUT", "PATCH"):
        if len(received.values(b"content-type")) != 1:
            yield Mistake("content-type-header", "Send the header Content-Type once.", "headers")
    elif received.body:
        text = f"A body was sent with {received.method}, and the signature covers none; send no body."
        yield Mistake("body-uncovered", text, "body")
    yield from _date(received, now)


def _date(received: Received, now: float) -> Iterator[Mistake]:
    dates = received.values(b"date")
    if len(dates) != 1:
        code = "date-duplicated" if dates else "date-missing"
        yield Mistake(code, f"There are {len(dates)} headers Date; send the one that was signed.", "pti-date")
        return
    if not is_rfc1123(dates[0]):
        text = "The header Date is not written as in RFC 1123, as in Wed, 15 Apr 2020 16:35:50 GMT."
        yield Mistake("date-not-rfc1123", text, "pti-date")
        return
    off = int(now - parsedate_to_datetime(dates[0].decode("latin-1")).timestamp())
    if abs(off) > TOLERANCE:
        way = "behind" if off > 0 else "ahead of"
        text = (
            f"The header Date is {abs(off)} seconds {way} the clock here; set the clock (if it was sent at once when "
            "it was signed, this is no mistake)."
        )
        yield Mistake("date-stale", text, "pti-date")
