"""PTI's kind of key in a file: the private one, which is closed to others, or its public half, which need not be."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from signer_proxy.cli.failure import Failure
from signer_proxy.cli.private_key import with_options
from signer_proxy.crypto.jwk import PtiKey
from signer_proxy.crypto.jwk_members import members
from signer_proxy.crypto.jwk_reading import public_half
from signer_proxy.crypto.key_errors import PtiKeyError
from signer_proxy.settings import key_file, regular_file
from signer_proxy.settings.unreadable import UnreadableError


def is_jwk(path: Path) -> bool:
    """Say whether a file holds what begins as a JWK."""
    return _read(path).startswith(b"{")


def load(path: Path, secret: str | None = None) -> PtiKey:
    """Read a private key, JWK or PEM, from a file that is closed to others."""
    try:
        return PtiKey.load(key_file.read(path), secret)
    except UnreadableError as e:
        raise Failure(str(e)) from e
    except PtiKeyError as e:
        raise Failure(f"{path}: {with_options(str(e))}") from e


def describe(path: Path) -> str:
    """Return size, thumbprint and kind of a JWK, private or public, in the columns of `ssh-keygen -l`."""
    try:
        jwk = members(_read(path))
        jose = load(path).jose if "d" in jwk else public_half(jwk)
    except PtiKeyError as e:
        raise Failure(f"{path}: {e}") from e
    public = jose.public_key
    bits, kind = (public.key_size, "RSA") if isinstance(public, RSAPublicKey) else (256, "Ed25519")
    return f"{bits} {jose.thumbprint()} ({kind} JWK)"


def _read(path: Path) -> bytes:
    try:
        return regular_file.read(path)[0].strip()
    except UnreadableError as e:
        raise Failure(str(e)) from e
