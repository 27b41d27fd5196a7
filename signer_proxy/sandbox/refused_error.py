"""What every stand-in tells beside the API's own refusal: why, for whoever develops against it."""

from collections.abc import Mapping


class RefusedError(Exception):
    """A refusal; `reason` is a stable word, `why` a sentence for people.

    Neither holds a key, a token, a body or an expected signature. `signature_base` is what would have been signed;
    `diagnosis` is set by who has made one.
    """

    def __init__(self, status: int, text: str, *, reason: str, why: str, signature_base: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.reason = reason
        self.why = why
        self.signature_base = signature_base
        self.diagnosis: Mapping[str, object] | None = None

    def explained(self) -> dict[str, object]:
        """Return what stands beside the API's own words."""
        told: dict[str, object] = {"reason": self.reason, "why": self.why}
        if self.signature_base is not None:
            told["signature_base"] = self.signature_base
        if self.diagnosis is not None:
            told["diagnosis"] = self.diagnosis
        return told
