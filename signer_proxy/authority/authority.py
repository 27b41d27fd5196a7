"""The local certificate authority: one key a machine, for each host a short-lived certificate, made on demand.

A certificate stands for one host, so a config that gains or loses an upstream leaves who trusts the others alone.
No two daemons can overwrite each other's: whoever makes the key holds its lock, and looks again before writing.
"""

import contextlib
import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from signer_proxy.authority import certificate
from signer_proxy.authority import key as authority_key
from signer_proxy.errors import StartError
from signer_proxy.settings import whole_file
from signer_proxy.settings.unreadable import UnreadableError
from signer_proxy.users.lock import locked
from signer_proxy.users.users_error import UsersError

_AUTHORITY_RENEWAL: Final = 1 / 3
_LEAF_RENEWAL: Final = 1 / 4
"""The parts of a life that are left when its certificate is made anew."""

_OWNER: Final = "signer-proxy for "
_LONGEST: Final = 64 - len(_OWNER)  # RFC 5280, appendix A.1: a common name has at most 64 characters


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a server of TLS needs to be believed; the key was never in a file."""

    chain_pem: bytes
    key_pem: bytes = field(repr=False)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Authority:
    """Vouches for hosts, names or IP addresses with or without brackets, with the key in the directory `state`."""

    def __init__(self, state: Path, now: Callable[[], datetime.datetime] = _now) -> None:
        self._state = state
        self._now = now
        self._lock = Lock()
        self._key: ec.EllipticCurvePrivateKey | None = None
        self._key_file = state / "ca.key"
        self._key_state: object = None
        self._certificates: dict[str, x509.Certificate] = {}
        self._leaves: dict[str, tuple[x509.Certificate, Leaf]] = {}

    def certificate(self, host: str) -> Path:
        """Return the PEM file of the certificate for a host, renewed where it is time for it; raises StartError."""
        host = _plain(host)
        with self._lock:
            self._current(host)
        return self._file(host)

    def leaf(self, host: str) -> Leaf:
        """Return what a server that is this host needs; raises StartError."""
        host = _plain(host)
        with self._lock:
            key, issuer = self._current(host)
            known = self._leaves.get(host)
            if known is None or self._is_due(known[0], _LEAF_RENEWAL):
                known = self._leaves[host] = self._new_leaf(host, key, issuer)
            return known[1]

    def _file(self, host: str) -> Path:
        return self._state / f"ca-{_label(host).replace(':', '+')}.pem"  # no name of a host has a plus

    def _new_leaf(
        self, host: str, issuer_key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate
    ) -> tuple[x509.Certificate, Leaf]:
        key = ec.generate_private_key(ec.SECP256R1())
        made = certificate.leaf(key, host, issuer, issuer_key, self._now())
        return made, Leaf(made.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM), authority_key.pem(key))

    def _current(self, host: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        """Return the key and a host's certificate that still lasts, from memory, from the disk, or new."""
        known = self._certificates.get(host) if self._file(host).exists() else None
        has_key = self._key_state == authority_key.state(self._key_file)  # else somebody removed it, to begin anew
        if self._key is None or known is None or not has_key or self._is_due(known, _AUTHORITY_RENEWAL):
            try:
                self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
                with locked(self._state / "ca.lock"):
                    self._key = authority_key.load(self._key_file)
                    self._key_state = authority_key.state(self._key_file)
                    known = self._certificate_on_disk(host, self._key)
            except (UnreadableError, UsersError) as e:
                raise StartError(f"certificate authority: {e}") from e
            except OSError as e:
                raise StartError(
                    f"certificate authority: {e.filename or self._state} cannot be written: {e.strerror} "
                    "(see `ls -ld` and `df`, or name another place in XDG_STATE_HOME)"
                ) from e
            if not has_key:
                self._certificates.clear()
                self._leaves.clear()
            self._certificates[host] = known
            self._leaves.pop(host, None)
        return self._key, known

    def _certificate_on_disk(self, host: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        """Return the certificate in the file, or a new one where that is missing, broken, due or not for this key."""
        with contextlib.suppress(OSError, ValueError, x509.ExtensionNotFound):
            found = x509.load_pem_x509_certificate(self._file(host).read_bytes())
            permitted = found.extensions.get_extension_for_class(x509.NameConstraints).value
            is_ours = found.public_key() == key.public_key() and permitted == certificate.constraints(host)
            if is_ours and not self._is_due(found, _AUTHORITY_RENEWAL):
                return found
        made = certificate.authority(key, _OWNER + _label(host), host, self._now())
        whole_file.write(self._file(host), made.public_bytes(Encoding.PEM), 0o644)
        return made

    def _is_due(self, made: x509.Certificate, part: float) -> bool:
        """Tell whether at most this part of a life is left, or the clock went back to before it."""
        whole = made.not_valid_after_utc - made.not_valid_before_utc
        now = self._now()
        return now < made.not_valid_before_utc or made.not_valid_after_utc - now <= part * whole


def _plain(host: str) -> str:
    """Return a host in the one form that is compared: an address as Python writes it, a name in lower case."""
    host = host.strip("[]")
    return str(certificate.as_address(host) or host.lower())


def _label(host: str) -> str:
    """Return what a host is called where there is not room for every name: by its beginning, and told apart."""
    if len(host) <= _LONGEST:
        return host
    digest = hashlib.sha256(host.encode()).hexdigest()[:8]
    return f"{host[: _LONGEST - len(digest) - 1]}-{digest}"
