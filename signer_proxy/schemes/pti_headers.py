"""The headers of PTI's two schemes: what is ours goes out once, and every copy of the client's stays here."""

from typing import Final

from signer_proxy.message import Headers, values, without
from signer_proxy.schemes.credential import Credential
from signer_proxy.schemes.explanation import Explanation

CLIENT_ID: Final = b"x-pti-client-id"
SIGNATURE: Final = b"x-pti-signature"
TOKEN: Final = b"x-pti-token"
REQUEST_ID: Final = b"x-pti-request-id"


def request_id(headers: Headers, credential: Credential) -> Headers:
    """Return the request id to add, which has to be a new one each time; the client's own is not touched."""
    if credential.request_id is None or any(value.strip() for value in values(headers, REQUEST_ID)):
        return ()
    return ((REQUEST_ID, credential.request_id.encode("ascii")),)


def put(
    scheme: str, headers: Headers, ours: Headers, gone: tuple[bytes, ...], *, base: bytes = b"", digest: str = ""
) -> tuple[Headers, Explanation]:
    """Return the headers with `ours` at the end and without `gone` (in lower case), and what that changed."""
    names = [name.lower() for name, _ in ours]
    before = {name.lower() for name, _ in headers}
    explanation = Explanation(
        scheme,
        base,
        digest,
        added=tuple(name.decode() for name, _ in ours if name.lower() not in before),
        replaced=tuple(name.decode() for name, _ in ours if name.lower() in before),
        removed=tuple(name.decode() for name in gone if name in before),
    )
    return (*without(headers, *names, *gone), *ours), explanation
