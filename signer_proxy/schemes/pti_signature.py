"""Scheme `pti-signature`: a compact JWS in the header `x-pti-signature`, over six lines.

The lines, with LF between them and none at the end: the method, the body's SHA-256 in upper-case hex, `content-type:`
and its value, `date:` and its value, `x-pti-client-id:` and its value, the path. The second and the third are empty
where the method is none of POST, PUT and PATCH. Source: PTI, "Authentication", and the vendor's signed_request_maker.
"""

import hashlib
import math
import re
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, ClassVar, Final

from signer_proxy.errors import NotSignableError
from signer_proxy.message import SENDABLE_TARGET, Headers, Request, split_target, values
from signer_proxy.operations import Operations
from signer_proxy.operations.pti import OPERATIONS
from signer_proxy.schemes.credential import Credential
from signer_proxy.schemes.explanation import Signed
from signer_proxy.schemes.pti_headers import CLIENT_ID, SIGNATURE, TOKEN, put, request_id

if TYPE_CHECKING:  # what reads keys takes longer to load than a command that needs none
    from signer_proxy.crypto.jwk import PtiKey

_HASHED: Final = frozenset({"POST", "PUT", "PATCH"})
_JSON: Final = b"application/json"
_CONTENT_TYPE: Final = re.compile(rb"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class PtiSignature:
    """One profile's client id and key, checked."""

    name: ClassVar[str] = "pti-signature"
    operations: ClassVar[Operations] = OPERATIONS

    client_id: str
    key: "PtiKey"

    @property
    def is_slow(self) -> bool:
        """Whether `sign` takes so long, about 1.5 ms with RSA-4096, that it belongs into a thread."""
        return self.key.is_rsa

    def sign(self, request: Request, now: float, credential: Credential) -> Signed:
        """Sign a request whose target and headers are otherwise final; `now` is in seconds since the epoch.

        Raises NotSignableError.
        """
        if not SENDABLE_TARGET.fullmatch(request.target):
            raise NotSignableError("the target holds '#' or bytes outside 0x21 to 0x7E (percent-encode them)")
        date = formatdate(math.floor(now), usegmt=True)
        lines, added = _content(request)
        path, _ = split_target(request.target)
        rest = [f"date:{date}".encode(), f"{CLIENT_ID.decode()}:{self.client_id}".encode("ascii"), path]
        base = b"\n".join([request.method.encode("ascii"), *lines, *rest])
        digest = self.key.sign(base, {"cid": self.client_id})
        ours: Headers = (
            *added,
            (b"Date", date.encode()),
            *request_id(request.headers, credential),
            (CLIENT_ID, self.client_id.encode("ascii")),
            (SIGNATURE, digest.encode()),
        )
        headers, explanation = put(self.name, request.headers, ours, (TOKEN,), base=base, digest=digest)
        return Signed(request.target, headers, explanation, _warnings(request))


def _content(request: Request) -> tuple[tuple[bytes, bytes], Headers]:
    """Return the second and the third line, and the header that the third needs where the client sent none."""
    if request.method not in _HASHED:
        if request.body:
            raise NotSignableError(
                f"body: a PTI signature covers the body of POST, PUT and PATCH alone, got {len(request.body)} bytes "
                f"with {request.method} (send no body)"
            )
        return (b"", b""), ()
    digest = hashlib.sha256(request.body).hexdigest().upper().encode()
    sent = [value.strip(b" \t") for value in values(request.headers, b"content-type")]
    if len(sent) > 1:
        raise NotSignableError(f"Content-Type: a PTI signature covers one, got {len(sent)} (send one)")
    content_type = b"".join(sent)
    if not content_type:
        return (digest, b"content-type:" + _JSON), ((b"Content-Type", _JSON),)
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise NotSignableError("Content-Type: the value holds bytes outside 0x20 to 0x7E (send ASCII)")
    return (digest, b"content-type:" + content_type), ()


def _warnings(request: Request) -> tuple[str, ...]:
    """Name what the vendor's tools would sign differently: they hash JSON alone, as it was before any packing."""
    is_multipart = any(value.lower().lstrip().startswith(b"multipart/") for value in _all(request, b"content-type"))
    is_packed = any(value.strip().lower() not in (b"", b"identity") for value in _all(request, b"content-encoding"))
    return ("canonical-ambiguous",) if request.body and (is_multipart or is_packed) else ()


def _all(request: Request, name: bytes) -> list[bytes]:
    return values(request.headers, name)
