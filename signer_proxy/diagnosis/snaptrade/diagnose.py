"""Diagnose a request that was signed for SnapTrade."""

from collections.abc import Iterator
from typing import Final

from signer_proxy.diagnosis.budget import Budget
from signer_proxy.diagnosis.masking import Mask
from signer_proxy.diagnosis.mistake import Diagnosis, Mistake
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade.body import Body, read_body
from signer_proxy.diagnosis.snaptrade.credentials import Credentials
from signer_proxy.diagnosis.snaptrade.parameters import wrong_parameters
from signer_proxy.diagnosis.snaptrade.search import COMMONEST, KEYS, PAIRS, TRIPLES, Search
from signer_proxy.diagnosis.snaptrade.signature_text import readings

SCHEME: Final = "snaptrade-signature"
UNITS: Final = 400_000_000
"""What a search may cost where one person waits for it: some seconds."""

_RULED_OUT: Final = {
    "spacing": "white space in the JSON",
    "order": "the order of keys",
    "escape": "escapes in the JSON",
    "numbers": "the form of numbers",
    "content": "content: null, {}, text, or what libraries make of it",
    "path": "path: prefix, host, slashes, percent-encoding",
    "query": "query: order, percent-encoding, parameters more or less, another timestamp",
    "form": "the form of the base: other names, the method, no JSON",
    KEYS: "key and digest: encoded, decoded, with white space, swapped with what else the profile has; other hashes, "
    "hex, Base64url",
    PAIRS: "any two of these at once",
    TRIPLES: "three of the commonest at once",
}
_LEFT: Final = (
    "the consumer key is another one than the profile's",
    "the request was changed between signing and sending: compare the body and URL that were signed with these",
    "more mistakes at once than are looked for: compare what you sign with the expected signature base",
)
_TOO_DEEP: Final = Mistake(
    "body-nested-too-deeply", "The body's JSON is nested more deeply than Python reads it; send it flatter.", "body"
)


def diagnose(
    received: Received, credentials: Credentials, now: float, *, most: int = COMMONEST, budget: Budget | None = None
) -> Diagnosis:
    """Say why a signature is not right; `now` is in Unix seconds, `most` how many mistakes at once are looked for."""
    budget = Budget(UNITS) if budget is None else budget
    body = read_body(received.body, received.values(b"content-encoding"))
    try:
        return _diagnose(received, body, credentials, now, most, budget)
    except RecursionError:
        flat = Body("", None, None, (_TOO_DEEP,))
        return _diagnose(received, flat, credentials, now, 0, budget)


def _diagnose(
    received: Received, body: Body, credentials: Credentials, now: float, most: int, budget: Budget
) -> Diagnosis:
    search = Search(received, body, credentials, budget)
    around = (*wrong_parameters(received, credentials, now), *body.mistakes)
    mask = Mask.of(received, body, credentials)
    expected = mask.apply(search.expected)
    signatures = received.values(b"signature")
    if not signatures:
        return Diagnosis(SCHEME, around, is_explained=True, expected=expected, actual=None)
    digests: dict[bytes, tuple[Mistake, ...]] = {}
    for signature in signatures:
        for digest, mistakes in readings(signature).items():
            if digest not in digests or len(mistakes) < len(digests[digest]):
                digests[digest] = mistakes
    found = search.find(digests, most)
    if found is not None:
        mistakes = tuple(dict.fromkeys((*found.mistakes, *around)))
        actual = expected if found.base == search.expected else mask.apply(found.base)
        return Diagnosis(SCHEME, mistakes, is_explained=True, expected=expected, actual=actual)
    ruled_out = tuple(text for name, text in _RULED_OUT.items() if name in search.tried)
    left = tuple(_left(budget))
    return Diagnosis(SCHEME, around, is_explained=False, expected=expected, actual=None, ruled_out=ruled_out, left=left)


def _left(budget: Budget) -> Iterator[str]:
    if budget.is_spent:
        yield (
            f"one of the known mistakes: the search stopped after {budget.bases} signature bases, since the request is "
            "large (diagnose a smaller one of the same code)"
        )
    yield from _LEFT
