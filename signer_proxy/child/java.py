"""What Java reads: system properties instead of variables, and a trust store instead of a PEM file.

Source: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/net/doc-files/net-properties.html
"""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    PKCS12Certificate,
    serialize_java_truststore,
)

_PASSWORD: Final = "changeit"  # Java's own: what is public needs none, but Java wants one


def java_options(port: int, exceptions: Iterable[str], store: Path) -> str:
    """Return the options that send a Java program's HTTP to our port and make it believe a trust store."""
    properties = {
        "http.proxyHost": "127.0.0.1",
        "http.proxyPort": str(port),
        "https.proxyHost": "127.0.0.1",
        "https.proxyPort": str(port),
        "http.nonProxyHosts": "|".join(_patterns(exceptions)),
        "javax.net.ssl.trustStore": str(store),
        "javax.net.ssl.trustStoreType": "PKCS12",
        "javax.net.ssl.trustStorePassword": _PASSWORD,
    }
    return " ".join(shlex.quote(f"-D{name}={value}") for name, value in properties.items())


def trust_store(certificates: Iterable[x509.Certificate]) -> bytes:
    """Return certificates as Java reads them."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(1)  # they are public
        .key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(SHA256())
        .build(_PASSWORD.encode())
    )
    named = [PKCS12Certificate(each, f"{number}".encode()) for number, each in enumerate(certificates)]
    return serialize_java_truststore(named, encryption)


def _patterns(exceptions: Iterable[str]) -> list[str]:
    """Return exceptions in Java's form, which has names, addresses and stars, but no networks and no ports."""
    found: list[str] = []
    for entry in exceptions:
        if entry.startswith((".", "*.")):
            found.append(f"*{entry.removeprefix('*')}")
        elif entry.count(":") > 1:
            found.append(f"[{entry.strip('[]')}]")
        elif "/" not in entry and ":" not in entry:
            found += [entry] if entry.replace(".", "").isdigit() else [entry, f"*.{entry}"]
    return found
