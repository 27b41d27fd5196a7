"""What the browser of an allowed page needs to hear, so that it lets the page send a request and read the answer.

Source: the Fetch standard, section "CORS protocol", and Private Network Access, section "CORS preflight".
"""

from collections.abc import Collection, Iterator
from typing import Final

from signer_proxy.message import Answer, Header, Request, values
from signer_proxy.operations.rule import METHODS

_VARY: Final = (b"Vary", b"Origin")
_METHODS: Final = ", ".join(sorted(METHODS)).encode()
_SECONDS: Final = b"600"


def is_preflight(request: Request) -> bool:
    """Tell whether a browser asks on behalf of a page, which itself has sent nothing yet."""
    return (
        request.method == "OPTIONS"
        and bool(values(request.headers, b"origin"))
        and bool(values(request.headers, b"access-control-request-method"))
    )


def shared(request: Request, answer: Answer, allowed: Collection[bytes]) -> Answer:
    """Return an answer, ours or the API's, with what lets the page that asked read it, if its origin is allowed.

    What the API says about pages is dropped then, since it speaks of its own origin. Whoever asks, the answer says that
    it depends on who does, else a cache could hand it to another page.
    """
    if not allowed:
        return answer
    origins = values(request.headers, b"origin")
    if len(origins) != 1 or origins[0] not in allowed:
        return Answer(answer.status, (*answer.headers, _VARY), answer.body, answer.reason)
    kept = tuple(header for header in answer.headers if not header[0].lower().startswith(b"access-control-"))
    ours: list[Header] = [(b"Access-Control-Allow-Origin", origins[0]), _VARY]
    if is_preflight(request):
        ours += _permissions(request)
    elif names := dict.fromkeys(name.title() for name, _ in kept):
        ours.append((b"Access-Control-Expose-Headers", b", ".join(names)))
    return Answer(answer.status, (*kept, *ours), answer.body, answer.reason)


def _permissions(request: Request) -> Iterator[Header]:
    yield b"Access-Control-Allow-Methods", _METHODS
    for names in values(request.headers, b"access-control-request-headers"):
        yield b"Access-Control-Allow-Headers", names
    if values(request.headers, b"access-control-request-private-network") == [b"true"]:
        yield b"Access-Control-Allow-Private-Network", b"true"
    yield b"Access-Control-Max-Age", _SECONDS
