"""SnapTrade's webhooks: an HMAC-SHA256 over the canonical JSON of the body alone, in the header `Signature`.

Source: SnapTrade, "Webhooks": the key is the consumer key, and an event whose `eventTimestamp` is old is a replay.
"""

import hmac
from datetime import datetime
from typing import Final

from pydantic import SecretStr

from signer_proxy import canonical_json
from signer_proxy.canonical_json import Form, Json, NotJsonError
from signer_proxy.message import Headers, values
from signer_proxy.schemes.snaptrade_signature import sign_base
from signer_proxy.webhooks.webhook_error import WebhookError

MAX_AGE: Final = 300.0
"""Seconds, as in the vendor's sample."""


def verify_snaptrade(
    headers: Headers,
    body: bytes,
    consumer_key: SecretStr,
    now: float,
    max_age: float = MAX_AGE,
    form: Form = "ascii",
) -> dict[str, Json]:
    """Return the event, which holds what SnapTrade sent and perhaps a `webhookSecret`; `now` is in epoch seconds.

    Raises WebhookError.
    """
    try:
        event, _ = canonical_json.parse(body)
        base = canonical_json.serialize(event, form)
    except NotJsonError as e:
        raise WebhookError(f"body: a webhook must be JSON, and {e} (take the body as it came)") from e
    sent = values(headers, b"signature")
    if len(sent) != 1:
        raise WebhookError(f"Signature: a webhook must have one such header, got {len(sent)} (keep the headers)")
    if not hmac.compare_digest(sent[0].strip(), sign_base(consumer_key.get_secret_value().encode(), base).encode()):
        raise WebhookError(
            "Signature: the header must be the HMAC of this body, and is not "
            "(take the whole body, and the consumer key of the client that it is for)"
        )
    if not isinstance(event, dict):
        raise WebhookError("body: a webhook must be a JSON object (is it a webhook of SnapTrade?)")
    _check_age(event.get("eventTimestamp"), now, max_age)
    return event


def _check_age(stamp: Json, now: float, max_age: float) -> None:
    try:
        moment = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise WebhookError("eventTimestamp: it must be a time in ISO 8601 with its offset, and is not")
    age = now - moment.timestamp()
    if abs(age) > max_age:
        got = f"{age:.0f} s old" if age > 0 else f"{-age:.0f} s in the future"
        raise WebhookError(
            f"eventTimestamp: an event must be at most {max_age:.0f} s old, got one that is {got} "
            "(a replay, or a clock that is off)"
        )
