"""SnapTrade's webhooks: the signature is the one of the vendor's sample handler, and old events are replays."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from signer_proxy.message import Headers
from signer_proxy.webhooks import WebhookError, verify_snaptrade

KEY = "YOUR_CONSUMER_KEY"
STAMP = "2022-05-31T11:16:54.658533+00:00"
SENT = datetime(2022, 5, 31, 11, 16, 54, 658533, tzinfo=UTC).timestamp()
EVENT = {
    "webhookId": "dbaee13a-1184-4677-9741-b6845e60ee3a",
    "clientId": "PASSIVTEST",
    "eventTimestamp": STAMP,
    "userId": "Jürgen 😀",
    "eventType": "USER_REGISTERED",
    "details": {"b": [1, 2.0, None], "a": True},
}


def signature(event: object, key: str = KEY) -> bytes:
    """Compute a signature as the vendor's sample handler does."""
    text = json.dumps(event, separators=(",", ":"), sort_keys=True)
    return b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())


def verify(
    event: object = EVENT, headers: Headers | None = None, body: bytes | None = None, now: float = SENT, key: str = KEY
) -> object:
    """Verify an event that is signed as it should be, but for what is given."""
    sent = json.dumps(event, indent=2).encode() if body is None else body
    return verify_snaptrade(
        ((b"SIGNATURE", signature(event)),) if headers is None else headers, sent, SecretStr(key), now
    )


BODIES: dict[str, bytes] = {
    "spaced": json.dumps(EVENT).encode(),
    "raw-utf8": json.dumps(EVENT, ensure_ascii=False).encode(),
    "other-order": json.dumps(dict(reversed(EVENT.items()))).encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_event_is_believed_however_its_json_is_written(body: bytes) -> None:
    """The signature covers the content in canonical form, not the bytes."""
    assert verify(body=body) == EVENT


@pytest.mark.parametrize("age", [-300.0, 0.0, 299.0, 300.0])
def test_young_event_is_believed(age: float) -> None:
    """Five minutes are allowed in both directions, for clocks that differ."""
    assert verify(now=SENT + age) == EVENT


STAMPS: dict[str, object] = {
    "missing": None,
    "number": 1653995814,
    "without-offset": "2022-05-31T11:16:54",
    "no-time": "soon",
}
OTHER = {**EVENT, "userId": "mallory"}

BAD: dict[str, tuple[dict[str, object], str]] = {
    "no-json": ({"body": b"{"}, "^body: a webhook must be JSON"),
    "not-utf8": ({"body": b"\xff"}, "^body: .* not UTF-8"),
    "nan": ({"body": b'{"a": NaN}'}, "^body: .* NaN"),
    "empty": ({"body": b""}, "^body: "),
    "no-signature": ({"headers": ()}, "^Signature: .* got 0"),
    "two-signatures": ({"headers": ((b"Signature", signature(EVENT)),) * 2}, "^Signature: .* got 2"),
    "other-key": ({"headers": ((b"Signature", signature(EVENT, "other")),)}, "^Signature: the header must be the HMAC"),
    "our-key-is-another": ({"key": "other"}, "^Signature: the header must be the HMAC"),
    "changed-body": ({"body": json.dumps(OTHER).encode()}, "^Signature: the header must be the HMAC"),
    "signature-not-ascii": ({"headers": ((b"Signature", "ü".encode()),)}, "^Signature: the header must be the HMAC"),
    "list": ({"event": [EVENT]}, "^body: a webhook must be a JSON object"),
    "old": ({"now": SENT + 301}, "^eventTimestamp: .* at most 300 s old, got one that is 301 s old"),
    "from-the-future": ({"now": SENT - 301}, "^eventTimestamp: .* got one that is 301 s in the future"),
    **{f"time-{name}": ({"event": {"eventTimestamp": s}}, "^eventTimestamp: it must be") for name, s in STAMPS.items()},
}


@pytest.mark.parametrize(("given", "says"), BAD.values(), ids=BAD)
def test_bad_webhook_is_refused_by_its_part(given: dict[str, object], says: str) -> None:
    """What is not proved to be SnapTrade's and fresh is refused, by the part that is wrong, without the key."""
    with pytest.raises(WebhookError, match=says) as caught:
        verify(**given)  # type: ignore[arg-type]  # a table of keyword arguments
    assert KEY not in str(caught.value)
    assert signature(EVENT).decode() not in str(caught.value)


def test_signature_of_the_other_form_needs_it() -> None:
    """A profile with `canonical_json = "utf8"` verifies what is signed in raw UTF-8."""
    text = json.dumps(EVENT, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    headers = ((b"Signature", b64encode(hmac.digest(KEY.encode(), text, "sha256"))),)
    assert verify_snaptrade(headers, text, SecretStr(KEY), SENT, form="utf8") == EVENT
    with pytest.raises(WebhookError):
        verify_snaptrade(headers, text, SecretStr(KEY), SENT)


def test_longer_age_can_be_allowed() -> None:
    """SnapTrade sends what was not delivered again, and who reads it later may say how late is right."""
    headers = ((b"Signature", signature(EVENT)),)
    body = json.dumps(EVENT).encode()
    assert verify_snaptrade(headers, body, SecretStr(KEY), SENT + 3600, max_age=3600) == EVENT
