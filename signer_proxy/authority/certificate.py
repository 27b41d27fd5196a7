"""The X.509 of the local authority: what it vouches for, for whom, and for how long.

Each of its certificates names the one host that it may vouch for (RFC 5280, section 4.2.1.10), so that its key, in
whatever hands, is good for no host that nobody trusts it for, where the TLS stack reads name constraints.
"""

import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE: Final = datetime.timedelta(days=30)
LEAF_LIFE: Final = datetime.timedelta(days=1)
_SKEW: Final = datetime.timedelta(minutes=10)
"""How far the clock of a container or a virtual machine may be behind ours."""

_NOBODY: Final = "signer-proxy.invalid"  # RFC 6761, section 6.4: a name that no host can have


def authority(key: EllipticCurvePrivateKey, name: str, host: str, now: datetime.datetime) -> x509.Certificate:
    """Return a certificate for `key` that may vouch for `host` alone, as a server of TLS alone."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "signer-proxy"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    return (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(constraints(host), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def leaf(
    key: EllipticCurvePrivateKey,
    host: str,
    issuer: x509.Certificate,
    issuer_key: EllipticCurvePrivateKey,
    now: datetime.datetime,
) -> x509.Certificate:
    """Return a certificate for `host`, valid for a day and never longer than the issuer's."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "signer-proxy")])
    return (
        x509.CertificateBuilder(issuer.subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(min(now + LEAF_LIFE, issuer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )


def constraints(host: str) -> x509.NameConstraints:
    """Return what permits `host` alone: an address exactly, a name with what stands below it, as the RFC has it."""
    address = as_address(host)
    # A kind of name of which none is permitted is free, so the kinds that the host is not of are excluded whole.
    excluded = [
        x509.IPAddress(ip_network(all_of_it))
        for version, all_of_it in ((4, "0.0.0.0/0"), (6, "::/0"))
        if address is None or version != address.version
    ]
    if address is None:
        return x509.NameConstraints([x509.DNSName(host)], excluded)
    return x509.NameConstraints([x509.DNSName(_NOBODY), x509.IPAddress(ip_network(address))], excluded)


def as_address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is written as, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _general_name(host: str) -> x509.GeneralName:
    address = as_address(host)
    return x509.DNSName(host) if address is None else x509.IPAddress(address)


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
