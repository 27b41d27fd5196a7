"""What the sandbox says no with: the API's own shape and, beside it, why."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

from signer_proxy.sandbox.refused_error import RefusedError

# Codes that the API is known to send; for what has no known code it sends UNNAMED.
USER_EXISTS = "1010"
PERSONAL_KEY = "1012"
BAD_SIGNATURE = "1076"
BAD_USER = "1083"
UNNAMED = "0000"


class ApiError(RefusedError):
    """A refusal; `detail` is what the API would say."""

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
        super().__init__(status, detail, reason=reason, why=why, signature_base=signature_base)
        self.detail = detail
        self.code = code
        self.headers = headers

    def answer(self) -> JSONResponse:
        """Return the answer that a client gets."""
        said = {"detail": self.detail, "status_code": self.status, "code": self.code, "sandbox": self.explained()}
        return JSONResponse(said, self.status, self.headers)
