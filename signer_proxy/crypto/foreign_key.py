"""What a file holds that is no private RSA key: most wrong key files are right files of another kind."""

import re
from typing import Final

NEW_KEY: Final = "make an RSA key with `signer-proxy keys new`"

ALGORITHMS: Final = {
    "1.2.840.10045.2.1": "an EC key",
    "1.2.840.10040.4.1": "a DSA key",
    "1.2.840.113549.1.1.10": "an RSA-PSS key, which can only sign",
    "1.3.101.110": "an X25519 key",
    "1.3.101.111": "an X448 key",
    "1.3.101.112": "an Ed25519 key",
    "1.3.101.113": "an Ed448 key",
}
"""The keys of PKCS#8, by their object identifiers (RFC 8410, RFC 5480, RFC 3279, RFC 4055)."""

SSH_TYPES: Final = {
    "ssh-ed25519": "an Ed25519 key",
    "ssh-dss": "a DSA key",
    "ecdsa-sha2-nistp256": "an EC key",
    "ecdsa-sha2-nistp384": "an EC key",
    "ecdsa-sha2-nistp521": "an EC key",
    "sk-ssh-ed25519@openssh.com": "a key of a security key",
    "sk-ecdsa-sha2-nistp256@openssh.com": "a key of a security key",
    "ssh-rsa-cert-v01@openssh.com": "an OpenSSH certificate",
}
"""The keys of OpenSSH, by the words that its lines begin with."""

_OTHER_FILE: Final = "name the private key's file instead"
_LABELS: Final = {
    "CERTIFICATE": ("a certificate", _OTHER_FILE),
    "X509 CERTIFICATE": ("a certificate", _OTHER_FILE),
    "TRUSTED CERTIFICATE": ("a certificate", _OTHER_FILE),
    "CERTIFICATE REQUEST": ("a certificate request", _OTHER_FILE),
    "NEW CERTIFICATE REQUEST": ("a certificate request", _OTHER_FILE),
    "PUBLIC KEY": ("a public key in PEM", _OTHER_FILE),
    "RSA PUBLIC KEY": ("a public key in PEM", _OTHER_FILE),
    "SSH2 PUBLIC KEY": ("a public key in SSH2 form", _OTHER_FILE),
    "EC PRIVATE KEY": ("an EC key", NEW_KEY),
    "EC PARAMETERS": ("an EC key", NEW_KEY),
    "DSA PRIVATE KEY": ("a DSA key", NEW_KEY),
    "PGP PRIVATE KEY BLOCK": ("a PGP key", NEW_KEY),
}
"""What stands behind BEGIN."""

_BEGINNINGS: Final = {
    b"PuTTY-User-Key-File": ("a PuTTY key", "`puttygen FILE -O private-openssh-new -o NEW` writes it anew"),
    b"{": ("JSON", "name a PEM file instead"),
    b"\x30": ("what may be DER", "`openssl pkey -inform DER -in FILE -out NEW` writes it as PEM"),
}

_BEGIN: Final = re.compile(rb"----(?:-| )BEGIN ([A-Z0-9 ]{1,40})----")  # with four dashes and spaces: SSH2


def describe(data: bytes) -> tuple[str, str]:
    """Return what `data` is, in words that show none of it, and the way out."""
    if not data.strip():
        return "nothing", NEW_KEY
    if label := _BEGIN.search(data):
        cut_off = "a PEM file that is cut off or of another kind", "copy all of it, from BEGIN to END"
        return _LABELS.get(label[1].decode().strip(), cut_off)
    word = data.split(maxsplit=1)[0].decode("latin-1")
    if word == "ssh-rsa":
        return "a public key", _OTHER_FILE
    if word in SSH_TYPES:
        return f"the public half of {SSH_TYPES[word]}", NEW_KEY
    known = (answer for beginning, answer in _BEGINNINGS.items() if data.startswith(beginning))
    return next(known, ("something else", NEW_KEY))
