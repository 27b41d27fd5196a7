"""What signing did to a request: for the log, the demo and whoever asks why a signature came out as it did."""

from dataclasses import dataclass, field

from signer_proxy.message import Headers


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a signature came about; parameters and headers are named, their values are not here."""

    scheme: str
    signature_base: bytes = field(repr=False)
    """The exact bytes that were signed; they hold the query and the body."""
    digest: str = field(repr=False)
    """The signature as it was sent."""
    added: tuple[str, ...]
    """Parameters and headers that the client did not send."""
    replaced: tuple[str, ...]
    """Those that it sent and that left with our value."""
    removed: tuple[str, ...]
    """Those that it sent and that did not leave."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What leaves: the target and the headers with everything of ours, and how that came about."""

    target: bytes = field(repr=False)
    headers: Headers = field(repr=False)
    explanation: Explanation
    warnings: tuple[str, ...] = ()
    """Codes for `Signer-Warning`, see design: `canonical-ambiguous`, `content-type`."""
