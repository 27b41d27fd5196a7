"""How far a request has come, and the record that is made of it for whoever watches."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Literal

from signer_proxy.exchange import Prepared
from signer_proxy.message import Answer, Request
from signer_proxy.runtime import Profile, Upstream
from signer_proxy.upstream.outgoing import Outgoing

type Kind = Literal["request", "sent", "token", "user"]
"""A client's exchange that is done, an order about to leave, a call of ours for a token, a change of known users."""

type Outcome = Literal["answered", "refused", "failed"]

_FAILURES: Final = frozenset(
    {
        "answer-too-large",
        "client-gone",
        "credential-unavailable",
        "internal",
        "token-unavailable",
        "upstream-broke",
        "upstream-timeout",
        "upstream-unreachable",
    }
)
"""The codes that say that something went wrong; with all others a rule was kept."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer, and what we did to them."""

    kind: Kind
    started: float
    """In epoch seconds."""
    request: Request
    upstream: Upstream | None
    profile: Profile | None
    """They are None for a request that was refused before they were known."""
    access: str | None
    """What the request counts as: read, write or trade; None where no rule has looked at it."""
    prepared: Prepared | None
    """None for a request that was not signed."""
    answer: Answer | None
    """None where there is none yet, and where the client went away before anything was sent."""
    code: str | None
    """Of an answer of our own; None for the upstream's."""
    seconds: float
    seconds_upstream: float
    seconds_token: float
    """What is left of `seconds` beside these two is our own time."""
    is_opened: bool = False
    """Whether the answer came in an envelope."""

    @property
    def client(self) -> str:
        """The address of the client; empty for a call of our own."""
        return self.request.client

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None for what has not."""
        if self.kind == "sent":
            return None
        if self.code is None and self.answer is not None:
            return "answered"
        return "failed" if self.code is None or self.code in _FAILURES else "refused"


type Record = Callable[[Exchange], None]
"""Writes an exchange down; raises a SignerError for an order that must not leave, since it could not be written."""


class Stopwatch:
    """Counts the seconds that are spent inside it, over all times."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._entered = 0.0

    def __enter__(self) -> None:
        self._entered = time.perf_counter()

    def __exit__(self, _: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None) -> None:
        self.seconds += time.perf_counter() - self._entered


@dataclass(slots=True)
class Course:
    """How far a request has come."""

    request: Request
    is_wanted: Callable[[], bool] = field(repr=False)
    upstream: Upstream | None = None
    profile: Profile | None = None
    access: str | None = None
    prepared: Prepared | None = None
    is_opened: bool = False
    outgoing: list[Outgoing] = field(default_factory=list, repr=False)
    upstream_time: Stopwatch = field(default_factory=Stopwatch, repr=False)
    token_time: Stopwatch = field(default_factory=Stopwatch, repr=False)
    _started: float = field(default_factory=time.time)
    _began: float = field(default_factory=time.perf_counter)

    @property
    def is_sent(self) -> bool:
        """Whether a byte of it may have been received."""
        return any(outgoing.sent for outgoing in self.outgoing)

    def record(self, kind: Kind, answer: Answer | None = None, code: str | None = None) -> Exchange:
        """Return the record of it as it stands."""
        return Exchange(
            kind,
            self._started,
            self.request,
            self.upstream,
            self.profile,
            self.access,
            self.prepared,
            answer,
            code,
            time.perf_counter() - self._began,
            self.upstream_time.seconds,
            self.token_time.seconds,
            self.is_opened,
        )
