"""What is wrong with a request however it was signed: parameters and headers that are missing, doubled or stale."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qsl

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade.credentials import Credentials

TOLERANCE = 60
"""In seconds; SnapTrade's documents name none."""

_ONCE = ("clientId", "timestamp", "userId", "userSecret")
_CODES = {"clientId": "client-id", "timestamp": "timestamp", "userId": "user-id", "userSecret": "user-secret"}


def wrong_parameters(received: Received, credentials: Credentials, now: float) -> Iterator[Mistake]:
    """Yield what is wrong with headers and query; `now` is in Unix seconds."""
    signatures = received.values(b"signature")
    if len(signatures) != 1:
        yield _signatures(len(signatures))
    pairs = parse_qsl(received.query.decode("latin-1"), keep_blank_values=True)
    counts = Counter(name for name, _ in pairs)
    for name in _ONCE:
        if counts[name] > 1:
            text = f"{name} is in the query {counts[name]} times; it must be there once, names compared decoded."
            yield Mistake(f"{_CODES[name]}-duplicated", text, "parameters")
    for name in ("clientId", "timestamp"):
        if not counts[name]:
            yield _missing(name, counts)
    given = dict(pairs)
    if given.get("clientId", credentials.client_id) != credentials.client_id:
        yield Mistake("client-id-wrong", "The clientId in the query is not that of the profile.", "parameters")
    if "timestamp" in given:
        yield from _timestamp(given["timestamp"], now)
    yield from _user(given, credentials)


def _signatures(count: int) -> Mistake:
    if not count:
        return Mistake("signature-missing", "There is no header Signature; send the signature in it.", "headers")
    return Mistake("signature-duplicated", f"There are {count} headers Signature; send one.", "headers")


def _missing(name: str, counts: Counter[str]) -> Mistake:
    alike = [each for each in counts if each.replace("_", "").replace("-", "").lower() == name.lower()]
    how = f" (it is called {alike[0]!r} there)" if alike else ""
    text = f"The query has no {name}{how}; it must be there, and be signed."
    return Mistake(f"{_CODES[name]}-missing", text, "parameters")


def _timestamp(text: str, now: float) -> Iterator[Mistake]:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        yield Mistake(
            "timestamp-not-seconds", "The timestamp is not whole Unix seconds; send digits alone.", "timestamp"
        )
        return
    seconds = int(text)
    if seconds > 10**11 and abs(seconds / 1000 - now) < 10 * 366 * 86400:
        yield Mistake("timestamp-milliseconds", "The timestamp is in milliseconds; send whole seconds.", "timestamp")
    elif abs(seconds - now) > TOLERANCE:
        off = int(now) - seconds
        way = "behind" if off > 0 else "ahead of"
        yield Mistake(
            "timestamp-stale",
            f"The timestamp is {abs(off)} s {way} the clock here; sign with the time of sending and set the clock "
            "(if it was sent at once when it was signed, this is no mistake).",
            "timestamp",
        )


def _user(given: dict[str, str], credentials: Credentials) -> Iterator[Mistake]:
    if credentials.account == "personal" and ("userId" in given or "userSecret" in given):
        text = "A personal key must send neither userId nor userSecret; leave them out."
        yield Mistake("user-with-personal-key", text, "parameters")
    elif "userSecret" in given and "userId" not in given:
        yield Mistake("user-id-missing", "There is a userSecret and no userId; send both.", "parameters")
    known = credentials.user_secret if given.get("userId") == credentials.user_id else None
    if known is not None and given.get("userSecret", known) != known:
        yield Mistake("user-secret-wrong", "The userSecret is not the one that the profile has.", "parameters")
