"""The schemes: each is one file, which says how a request is authenticated and what of it is ours."""

from typing import ClassVar, Protocol

from signer_proxy.message import Request
from signer_proxy.operations import Operations
from signer_proxy.schemes.credential import Credential
from signer_proxy.schemes.explanation import Signed
from signer_proxy.schemes.pti_signature import PtiSignature
from signer_proxy.schemes.pti_token import PtiToken
from signer_proxy.schemes.snaptrade_jwt import SnaptradeJwt
from signer_proxy.schemes.snaptrade_signature import SnaptradeSignature

__all__ = ["PtiSignature", "PtiToken", "Scheme", "SnaptradeJwt", "SnaptradeSignature"]


class Scheme(Protocol):
    """What every scheme is: a pure function with a name and the table of its API's operations."""

    name: ClassVar[str]
    operations: ClassVar[Operations]

    @property
    def is_slow(self) -> bool:
        """Whether `sign` takes so long that it belongs into a thread."""

    def sign(self, request: Request, now: float, credential: Credential) -> Signed:
        """Sign a request whose target and headers are otherwise final; `now` is in seconds since the epoch.

        Raises NotSignableError, and AccessDeniedError for what the scheme itself rules out.
        """
