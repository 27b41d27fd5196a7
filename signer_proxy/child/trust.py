"""The files that make a child believe our certificates beside all that it believed before."""

import os
import ssl
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import certifi
from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning

from signer_proxy.child.java import trust_store
from signer_proxy.errors import StartError

_BUNDLES: Final = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT")
_NODE: Final = "NODE_EXTRA_CA_CERTS"
_OTHERS: Final = (
    "PIP_CERT",
    "AWS_CA_BUNDLE",
    "HTTPLIB2_CA_CERTS",
    "NIX_SSL_CERT_FILE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
)
"""Set only where the user has set them: they come before those above in the programs that read them."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """Where the files stand: PEM files by the variable that names them, and Java's trust store."""

    files: Mapping[str, Path]
    java: Path


def write_trust(authorities: str, environ: Mapping[str, str], folder: Path) -> Trusted:
    """Write into `folder` what a child needs: each variable's own file, or the system's, with our authorities added.

    Raises StartError for a file that the user names and that cannot be read.
    """
    ours = b"\n" + authorities.encode()
    common = (_read("SSL_CERT_FILE", environ) or Path(_system()).read_bytes()) + ours
    bundle = _put(folder / "authorities.pem", common)
    files = dict.fromkeys(_BUNDLES, bundle)
    for name in (*_BUNDLES[1:], *_OTHERS, _NODE):  # Node.js has its own authorities beside what it is told
        own = _read(name, environ)
        if own is not None or name == _NODE:
            files[name] = _put(folder / f"{name.lower()}.pem", (own or b"") + ours)
    return Trusted(files, _put(folder / "authorities.p12", trust_store(_certificates(common))))


def _put(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def _read(name: str, environ: Mapping[str, str]) -> bytes | None:
    if not environ.get(name):
        return None
    try:
        return Path(environ[name]).read_bytes()
    except OSError as e:
        raise StartError(
            f"{name}: {environ[name]!r} cannot be read: {e.strerror} (name a PEM file, or unset it)"
        ) from e


def _system() -> str:
    found = ssl.get_default_verify_paths()
    return found.openssl_cafile if os.path.isfile(found.openssl_cafile) else certifi.where()


def _certificates(bundle: bytes) -> list[x509.Certificate]:
    """Return what can be read of a bundle; among a system's there are old ones that some parser refuses."""
    found, end = [], b"-----END CERTIFICATE-----"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # of those that the next version refuses
        for part in bundle.split(end)[:-1]:
            start = part.rfind(b"-----BEGIN CERTIFICATE-----")
            with suppress(ValueError):
                found.append(x509.load_pem_x509_certificate(part[start:] + end))
    return found
