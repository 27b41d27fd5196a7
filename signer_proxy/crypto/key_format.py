"""The formats of private RSA keys: PEM as PKCS#1 or PKCS#8 and OpenSSH's own, each plain or encrypted."""

import binascii
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from Crypto import IncorrectPassphraseError, KdfLimitError, PassphraseRequiredError
from Crypto.IO import PEM, PKCS8
from Crypto.PublicKey import RSA

from signer_proxy.crypto.foreign_key import ALGORITHMS, NEW_KEY, SSH_TYPES, describe
from signer_proxy.crypto.key_errors import RsaKeyError

LARGEST: Final = 1 << 16
"""Bytes of a file that may be a key; one of 16,384 bits takes 13,000."""

_BLOCK: Final = re.compile(
    r"-----BEGIN ((?:RSA |ENCRYPTED |OPENSSH )?PRIVATE KEY)-----(?:[^-]|-(?!----))*-----END \1-----"
)
_MAGIC: Final = b"openssh-key-v1\0"
_RSA: Final = "1.2.840.113549.1.1.1"

_DAMAGED: Final = "the private key is damaged (copy all of the file, from BEGIN to END)"
_UNPROTECTED: Final = "`openssl pkey -in FILE -out NEW -aes256` writes it anew"


def read(data: bytes, passphrase: str | None) -> RSA.RsaKey:
    """Return the private key that `data` holds, among other things perhaps; raises RsaKeyError."""
    if len(data) > LARGEST:
        raise RsaKeyError(
            f"a private key must have at most {LARGEST:,} bytes, got {len(data):,} (is it the right file?)"
        )
    block = _BLOCK.search(data.decode("latin-1"))
    if block is None:
        what, way_out = describe(data)
        raise RsaKeyError(f"a private RSA key in PEM is needed, got {what} ({way_out})")
    secret = None if passphrase is None else passphrase_bytes(passphrase)
    # From None: what the library says adds nothing, and what it says of a key nobody has reviewed.
    try:
        return _openssh(block[0], secret) if block[1].startswith("OPENSSH") else _pem(block[0], secret)
    except PassphraseRequiredError:
        raise RsaKeyError("the private key is encrypted, and no passphrase was given (give its passphrase)") from None
    except IncorrectPassphraseError:
        raise RsaKeyError("the private key does not open with this passphrase (give the right one)") from None
    except KdfLimitError:
        raise RsaKeyError(f"the private key's passphrase takes minutes to check ({_UNPROTECTED})") from None
    except RsaKeyError:
        raise
    except (ValueError, IndexError, TypeError, StopIteration):
        raise RsaKeyError(_DAMAGED) from None


def passphrase_bytes(passphrase: str) -> bytes:
    """Return a passphrase as ssh-keygen and openssl take it: PyCryptodome would take text for Latin-1."""
    try:
        return passphrase.encode()
    except UnicodeEncodeError:  # From None: it holds the passphrase.
        raise RsaKeyError("a passphrase must be UTF-8 text, got other bytes (choose another one)") from None


def ssh_strings(blob: bytes) -> Iterator[bytes]:
    """Yield the strings that OpenSSH puts one behind the other, each behind its length (RFC 4251, section 5)."""
    while blob:
        end = 4 + int.from_bytes(blob[:4])
        if len(blob) < end:
            raise ValueError("a string is cut off")
        yield blob[4:end]
        blob = blob[end:]


def _pem(text: str, passphrase: bytes | None) -> RSA.RsaKey:
    der, label, opened = PEM.decode(text, passphrase)
    if label == "RSA PRIVATE KEY":
        try:
            return _private(RSA.import_key(der))
        except ValueError:
            if opened:  # A wrong passphrase may leave right padding.
                raise IncorrectPassphraseError from None
            raise
    algorithm, key, _ = PKCS8.unwrap(der, passphrase)
    if algorithm != _RSA:
        raise _another(ALGORITHMS.get(algorithm, f"a key of the algorithm {algorithm}"))
    return _private(RSA.import_key(key))


def _openssh(text: str, passphrase: bytes | None) -> RSA.RsaKey:
    """Read OpenSSH's format: its public half stands in it in the clear, and says of what kind the key is.

    Behind the magic: cipher, KDF, its options, the number of keys as uint32, the public half, the private one
    (PROTOCOL.key in OpenSSH's source).
    """
    blob = binascii.a2b_base64("".join(text.splitlines()[1:-1])).removeprefix(_MAGIC)
    before = sum(4 + len(string) for string in islice(ssh_strings(blob), 3))
    kind = next(ssh_strings(next(ssh_strings(blob[before + 4 :])))).decode()
    if kind != "ssh-rsa":
        raise _another(SSH_TYPES.get(kind, "a key of another kind"))
    return _private(RSA.import_key(text, passphrase))


def _private(key: RSA.RsaKey) -> RSA.RsaKey:
    if not key.has_private():
        raise ValueError("only the public half")
    return key


def _another(what: str) -> RsaKeyError:
    return RsaKeyError(f"a private RSA key is needed, got {what} ({NEW_KEY})")
