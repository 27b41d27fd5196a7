"""What Java is told: exceptions in its own form, options that survive spaces, certificates that it can read."""

import shlex
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from signer_proxy.child.java import java_options, trust_store
from tests.certificates import write_certificate

EXCEPTIONS = {
    "none": ([], ""),
    "name": (["a.example"], "a.example|*.a.example"),
    "suffix": ([".example"], "*.example"),
    "star": (["*.example"], "*.example"),
    "ipv4": (["127.0.0.1"], "127.0.0.1"),
    "ipv6": (["::1"], "[::1]"),
    "network": (["10.0.0.0/8"], ""),
    "port": (["a.example:8080"], ""),
}


@pytest.mark.parametrize(("exceptions", "expected"), EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_exceptions(exceptions: list[str], expected: str) -> None:
    """Names and addresses stay exceptions; what Java cannot say goes by way of us, which is never wrong."""
    options = shlex.split(java_options(9, exceptions, Path("/tmp/a b/store.p12")))
    assert f"-Dhttp.nonProxyHosts={expected}" in options
    assert "-Djavax.net.ssl.trustStore=/tmp/a b/store.p12" in options


def test_trust_store(tmp_path: Path) -> None:
    """Every certificate is in the store, by a name of its own."""
    pem = write_certificate(tmp_path).read_bytes()
    certificate = x509.load_pem_x509_certificates(pem)[0]
    read = pkcs12.load_pkcs12(trust_store([certificate, certificate]), b"changeit").additional_certs
    assert [(each.certificate, each.friendly_name) for each in read] == [(certificate, b"0"), (certificate, b"1")]
