"""What the sandbox says no with: the API's own shape and, beside it, why."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

# Codes that the API is known to send; for what has no known code it sends UNNAMED.
USER_EXISTS = "1010"
PERSONAL_KEY = "1012"
BAD_SIGNATURE = "1076"
BAD_USER = "1083"
UNNAMED = "0000"


class ApiError(Exception):
    """A refusal; `detail` is what the API would say, `reason` a stable word, `why` a sentence for people.

    None of them holds a consumer key or an expected signature. `signature_base` is what would have been signed;
    `diagnosis` is set by who has made one.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        reason: str,
        why: str,
        code: str = UNNAMED,
        signature_base: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.reason = reason
        self.why = why
        self.code = code
        self.signature_base = signature_base
        self.headers = headers
        self.diagnosis: Mapping[str, object] | None = None

    def answer(self) -> JSONResponse:
        """Return the answer that a client gets."""
        sandbox: dict[str, object] = {"reason": self.reason, "why": self.why}
        if self.signature_base is not None:
            sandbox["signature_base"] = self.signature_base
        if self.diagnosis is not None:
            sandbox["diagnosis"] = self.diagnosis
        content = {"detail": self.detail, "status_code": self.status, "code": self.code, "sandbox": sandbox}
        return JSONResponse(content, self.status, self.headers)
