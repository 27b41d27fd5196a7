"""What the partner says no with: a word, and why."""

from starlette.responses import JSONResponse


class PartnerError(Exception):
    """A refusal; `error` is a stable word, `why` a sentence for people. Neither holds a secret."""

    def __init__(self, status: int, error: str, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.error = error
        self.why = why

    def answer(self) -> JSONResponse:
        """Return the answer that a client gets."""
        return JSONResponse({"error": self.error, "why": self.why}, self.status)
