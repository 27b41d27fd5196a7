"""The key of the local authority: made once, closed to other users, and never put in another's place."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from signer_proxy.settings import private_file, whole_file
from signer_proxy.settings.unreadable import UnreadableError


def load(path: Path) -> ec.EllipticCurvePrivateKey:
    """Return the key in a file, made where there is none, under the caller's lock. Raises UnreadableError, OSError."""
    if not os.path.lexists(path):
        whole_file.write(path, pem(ec.generate_private_key(ec.SECP256R1())))
    try:
        key = load_pem_private_key(private_file.read(path), None)
    except (ValueError, TypeError):  # what they say could quote what was read
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise UnreadableError(
            f"file {path} must hold an EC key on P-256, got something else (remove it: a new one is made)"
        )
    return key


def state(path: Path) -> object:
    """Return what changes when somebody removes the key, to begin anew, or opens it to others."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_mode


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a key as it is written."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
