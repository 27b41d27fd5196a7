"""What a flow keeps beside its request and its answer: how the request came, what was signed, how it went."""

from dataclasses import asdict, dataclass, replace
from typing import Final, Self

from mitmproxy.flow import Flow

from signer_proxy.redaction import redact

_KEY: Final = "signer"

SIGNED: Final = "signed string"

type Pairs = list[list[bytes]]


@dataclass(frozen=True, slots=True)
class Facts:
    """In values that a file of flows can hold; what there is nothing to tell of is empty."""

    outcome: str
    code: str
    """Of an answer of our own."""
    profile: str
    scheme: str
    upstream: str
    access: str
    target: bytes
    """As it came in, as are `headers` and `body`."""
    headers: Pairs
    body: bytes
    base: bytes
    """The exact bytes that were signed."""
    digest: str
    clock: str
    """The time that was signed."""
    seconds_off: float | None
    """The distance to the API's clock, where it is over what deserves a word."""
    changes: list[list[str]]
    """Place, name and fate of the first parameters and headers."""
    more_changes: int
    """How many parameters and headers stand behind those."""
    warnings: list[str]
    ms_total: float
    ms_upstream: float
    ms_token: float
    is_opened: bool
    """Whether the answer came in an envelope."""
    is_granting: bool
    """Whether the answer is a credential."""
    cut: list[str]
    """What of `request`, `answer` and `signed string` is kept only in its beginning."""

    @classmethod
    def of(cls, flow: Flow | None) -> Self | None:
        """Return the facts of a flow; None for a flow that is not ours."""
        found = flow.metadata.get(_KEY) if flow is not None else None
        try:
            return cls(**found) if isinstance(found, dict) else None
        except TypeError:  # of another version
            return None

    def put(self, flow: Flow) -> None:
        """Make these the facts of a flow."""
        flow.metadata[_KEY] = asdict(self)

    def added_headers(self) -> list[bytes]:
        """Return the names, in lower case, of the headers that the client did not send."""
        return [name.lower().encode() for place, name, fate in self.changes if (place, fate) == ("header", "added")]

    def redacted(self) -> Self:
        """Return them without secrets."""
        came = tuple((name, value) for name, value in self.headers)
        fields, body = redact.message(came, self.body, is_cut="request" in self.cut)
        return replace(
            self,
            target=redact.target(self.target),
            headers=[[name, value] for name, value in fields],
            body=body,
            base=redact.signature_base(self.base, is_cut=SIGNED in self.cut),
            digest=redact.digest(self.digest),
        )
