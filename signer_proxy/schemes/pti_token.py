"""Scheme `pti-token`: a single-use token in the header `x-pti-token`, fetched for exactly this request.

The token is what a signed `POST /auth/jwt` answers, given the method and the URL that it is to be good for. Source:
PTI, "Single use tokens", whose sample url is the path below the base, and the API description, where it is absolute.
"""

import json
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from signer_proxy.errors import AccessDeniedError
from signer_proxy.message import Request, split_target
from signer_proxy.operations import Operations
from signer_proxy.operations.pti import OPERATIONS
from signer_proxy.schemes.credential import Credential
from signer_proxy.schemes.explanation import Signed
from signer_proxy.schemes.pti_headers import CLIENT_ID, SIGNATURE, TOKEN, put, request_id

type Form = Literal["path", "absolute"]

_AUTH: Final = "/auth/jwt"
_LONGEST: Final = 16 * 1024
"""Of a token, which has about one thousand signs and goes into a header."""


@dataclass(frozen=True, slots=True)
class PtiToken:
    """The client that the tokens speak for, which is the issuer's."""

    name: ClassVar[str] = "pti-token"
    operations: ClassVar[Operations] = OPERATIONS
    is_slow: ClassVar[bool] = False

    client_id: str

    def sign(self, request: Request, now: float, credential: Credential) -> Signed:
        """Put the token in, and take out what must not go with it; raises AccessDeniedError."""
        assert credential.token is not None
        path, _ = split_target(request.target)
        _refuse_token_calls(path.decode("ascii"))
        ours = (
            *request_id(request.headers, credential),
            (CLIENT_ID, self.client_id.encode("ascii")),
            (TOKEN, credential.token.encode("ascii")),
        )
        headers, explanation = put(self.name, request.headers, ours, (SIGNATURE,))
        return Signed(request.target, headers, explanation)


def token_request(method: str, path: str, base: str, form: Form, origin: str) -> tuple[bytes, bytes]:
    """Return the target and the JSON body of the POST that asks for a token for one request.

    `path` is the raw path that will leave, without its query; `base` is the path in the upstream's URL, or the API's
    own prefix; `origin` is its scheme and authority. Raises AccessDeniedError where the token would be good for further
    tokens.
    """
    _refuse_token_calls(path)
    below = path.removeprefix(base) if path == base or path.startswith(f"{base}/") else path
    url = (below or "/") if form == "path" else origin + path
    return f"{base}{_AUTH}".encode("ascii"), json.dumps({"url": url, "method": method}, separators=(",", ":")).encode()


def read_token(answer: bytes) -> str | None:
    """Return the token in the answer to that POST; None where there is none that a header can carry."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    token = found.get("accessToken") if isinstance(found, dict) else None
    if not isinstance(token, str) or not 1 <= len(token) <= _LONGEST or not all("!" <= sign <= "~" for sign in token):
        return None
    return token


def _refuse_token_calls(path: str) -> None:
    reading = OPERATIONS.read(path)
    # As a `deny` does: an ambiguous path could be any.
    if reading is None or tuple(_AUTH.split("/")[1:]) in reading.folded:
        what = f"is {_AUTH}" if reading is not None else f"could be read in two ways, so it may be {_AUTH}"
        raise AccessDeniedError(
            f"path: a single-use token must not make further tokens, and it {what} (use the issuer)"
        )
