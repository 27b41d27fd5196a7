"""Keys that OpenSSL and ssh-keygen make, for the tests of what reads them."""

import subprocess
from pathlib import Path
from typing import Final

PASSPHRASE: Final = "pässwörd → 7"
"""Beyond Latin-1, so that it shows in which encoding a passphrase is taken."""

RSA: Final = "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits} -out {out}"
PROTECTION: Final = "-passout env:PASSPHRASE -out {out}"


def program(*command: str | Path, cwd: Path | None = None) -> str:
    """Run OpenSSL or ssh-keygen, and return what it prints."""
    environ = {"PATH": "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin", "PASSPHRASE": PASSPHRASE}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def openssl(command: str, **words: object) -> None:
    """Run OpenSSL; words of the command in braces are filled in."""
    program("openssl", *(word.format(**words) for word in command.split()))


def rsa(path: Path, bits: int = 2048) -> Path:
    """Make an RSA key as PKCS#8; return its path."""
    openssl(RSA, bits=bits, out=path)
    path.chmod(0o600)
    return path


def openssh(path: Path, kind: str = "rsa", passphrase: str = "", comment: str = "alice@home") -> Path:
    """Make a key in OpenSSH's format, and its public half beside it; return its path."""
    size = ("-b", "2048") if kind == "rsa" else ()
    program("ssh-keygen", "-q", "-t", kind, *size, "-N", passphrase, "-C", comment, "-f", path)
    return path


def certificate(key: Path, path: Path) -> Path:
    """Make a certificate for a key; return its path."""
    openssl("req -x509 -new -subj /CN=localhost -key {key} -out {out}", key=key, out=path)
    return path
