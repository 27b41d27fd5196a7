"""What a client proves itself with: the config's `client_token`, compared in constant time and never shown."""

import binascii
import hmac
from base64 import b64decode
from collections.abc import Iterator

from pydantic import SecretStr

from signer_proxy.errors import GuardTokenError, ProxyTokenError
from signer_proxy.message import Headers, values

_REVERSE = "send the config's client_token in the header Signer-Token"
_FORWARD = "put the config's client_token into the proxy's URL, as in http://any:TOKEN@127.0.0.1:PORT"


def check(headers: Headers, token: SecretStr) -> None:
    """Let a request pass whose header `Signer-Token` is `token`. Raises GuardTokenError."""
    sent = values(headers, b"signer-token")
    if not _is_among(sent, token):
        raise GuardTokenError(f"{'Signer-Token is not the client token' if sent else 'no Signer-Token'} ({_REVERSE})")


def check_proxy(headers: Headers, token: SecretStr) -> None:
    """Let a request to the forward port pass, where `Proxy-Authorization` does as well. Raises ProxyTokenError."""
    sent = [*values(headers, b"signer-token"), *_proxy_credentials(headers)]
    if not _is_among(sent, token):
        raise ProxyTokenError(f"{'what was sent is not the client token' if sent else 'no client token'} ({_FORWARD})")


def _is_among(sent: list[bytes], token: SecretStr) -> bool:
    right = token.get_secret_value().encode()
    return any(hmac.compare_digest(each, right) for each in sent)


def _proxy_credentials(headers: Headers) -> Iterator[bytes]:
    """Yield the token of `Basic`, which is the password beside any user (RFC 7617), or of `Bearer` (RFC 6750)."""
    for value in values(headers, b"proxy-authorization"):
        scheme, _, credentials = value.strip().partition(b" ")
        match scheme.lower():
            case b"bearer":
                yield credentials.strip()
            case b"basic":
                try:
                    yield b64decode(credentials.strip(), validate=True).partition(b":")[2]
                except binascii.Error:
                    continue
