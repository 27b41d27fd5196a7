"""RSA keys: a pair is made, written and read; the public half is the OpenSSH line that the API wants.

The line (RFC 4253, section 6.6): `ssh-rsa`, then in Base64 the three strings "ssh-rsa", e and n, each behind its
length, then a comment. Its fingerprint is the SHA-256 of what the Base64 stands for.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass
from typing import Final, Self

from Crypto.PublicKey import RSA

from signer_proxy.crypto.foreign_key import describe
from signer_proxy.crypto.key_errors import RsaKeyError
from signer_proxy.crypto.key_format import passphrase_bytes, read, ssh_strings

SIZES: Final = (2048, 3072, 4096)
"""The sizes that are made; others are read too, from the first on."""

_DAMAGED: Final = "the public key's ssh-rsa line is damaged (copy all of it, in one line)"
_PRINT: Final = "`signer-proxy keys public FILE` prints that of a private key"


@dataclass(frozen=True, slots=True, repr=False)
class PublicKey:
    """The half that the API seals with; anyone may have it."""

    rsa: RSA.RsaKey

    @classmethod
    def load(cls, line: str) -> Self:
        """Read the OpenSSH line of a public key, with or without a comment."""
        words = line.split(maxsplit=2)
        if words[:1] != ["ssh-rsa"]:
            what = "a private key" if "PRIVATE KEY-----" in line else describe(line.encode(errors="replace"))[0]
            raise RsaKeyError(f"a public key in OpenSSH's ssh-rsa form is needed, got {what} ({_PRINT})")
        if len(line.strip().splitlines()) > 1:
            raise RsaKeyError("a public key must be one line, got several (leave the others out)")
        try:
            blob = base64.b64decode(words[1], validate=True)
            _, e, n = ssh_strings(blob)
            key = cls(_large_enough(RSA.construct((int.from_bytes(n), int.from_bytes(e)))))
        except RsaKeyError:
            raise
        except (ValueError, IndexError):
            raise RsaKeyError(_DAMAGED) from None
        if key.blob != blob:
            raise RsaKeyError(_DAMAGED)
        return key

    def line(self, comment: str = "") -> str:
        """Return the OpenSSH line, without a line end."""
        if not comment.isprintable():
            raise RsaKeyError("a public key's comment must be one line of printable text (leave the rest out)")
        return " ".join(["ssh-rsa", base64.b64encode(self.blob).decode(), *([comment] if comment else [])])

    @property
    def blob(self) -> bytes:
        """What the Base64 of the line stands for."""
        parts = (b"ssh-rsa", _mpint(self.rsa.e), _mpint(self.rsa.n))
        return b"".join(struct.pack(">I", len(part)) + part for part in parts)

    @property
    def bits(self) -> int:
        """The size."""
        return self.rsa.size_in_bits()

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.bits} bits, {self.fingerprint}>"

    def __hash__(self) -> int:
        return hash(self.fingerprint)


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey:
    """The half that opens what was sealed; it stays on this machine."""

    rsa: RSA.RsaKey

    @classmethod
    def new(cls, bits: int = SIZES[0]) -> Self:
        """Make a key; 4096 bits take some seconds."""
        if bits not in SIZES:
            raise RsaKeyError(f"a new key has one of {', '.join(map(str, SIZES))} bits, got {bits} (take one of them)")
        return cls(RSA.generate(bits))

    @classmethod
    def load(cls, data: bytes, passphrase: str | None = None) -> Self:
        """Read PEM (PKCS#1, PKCS#8) or the format of OpenSSH; a passphrase that is not needed is not looked at."""
        return cls(_large_enough(read(data, passphrase)))

    def pem(self, passphrase: str | None = None) -> bytes:
        """Return the key as PKCS#8, encrypted where there is a passphrase, with a line end."""
        if passphrase is None:
            return self.rsa.export_key(pkcs=8) + b"\n"
        if not passphrase:
            raise RsaKeyError("the passphrase must not be empty (give one, or none at all)")
        # PBKDF2, since OpenSSL reads no key whose scrypt takes over 32 MiB of memory, and with less it is too weak.
        secret = passphrase_bytes(passphrase)
        protection = "PBKDF2WithHMAC-SHA512AndAES256-CBC"
        return self.rsa.export_key(pkcs=8, passphrase=secret, protection=protection) + b"\n"

    @property
    def public(self) -> PublicKey:
        """The other half."""
        return PublicKey(self.rsa.public_key())

    @property
    def bits(self) -> int:
        """The size."""
        return self.public.bits

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it."""
        return self.public.fingerprint

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.bits} bits, {self.fingerprint}>"

    def __hash__(self) -> int:
        return hash(self.fingerprint)


def _large_enough(rsa: RSA.RsaKey) -> RSA.RsaKey:
    if rsa.size_in_bits() < SIZES[0]:
        raise RsaKeyError(
            f"an RSA key must have at least {SIZES[0]} bits, got {rsa.size_in_bits()} "
            "(make one with `signer-proxy keys new`)"
        )
    return rsa


def _mpint(number: int) -> bytes:
    """Return a positive number as RFC 4251 writes it, with room for the sign."""
    return int(number).to_bytes(int(number).bit_length() // 8 + 1)
