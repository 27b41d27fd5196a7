"""The local authority: one host a certificate, for a short time, with one key that only its user can read."""

import datetime
import multiprocessing
import socket
import ssl
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from signer_proxy.authority import certificate
from signer_proxy.authority.authority import Authority, Leaf
from signer_proxy.errors import StartError

NAME, ADDRESS = "api.snaptrade.com", "127.0.0.1"
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def read(self) -> datetime.datetime:
        """Return it."""
        return self.now


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return where the authority keeps its files; it makes the directory itself."""
    return tmp_path / "state" / "signer-proxy"


def read(file: Path) -> x509.Certificate:
    """Return the first certificate of a file."""
    return x509.load_pem_x509_certificate(file.read_bytes())


def verified(state: Path, authority: Path, leaf: bytes, *host: str) -> tuple[bool, str]:
    """Tell what openssl says of a chain, in its strictest mode."""
    chain = state / "leaf.pem"
    chain.write_bytes(leaf)
    command: list[str | Path] = [
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        *host,
        "-CAfile",
        authority,
        chain,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


PERMITTED = {
    "name": (NAME, "-verify_hostname"),
    "upper-case": ("API.SnapTrade.com", "-verify_hostname"),
    "ipv4": (ADDRESS, "-verify_ip"),
    "ipv6": ("::1", "-verify_ip"),
    "ipv6-long": ("0:0::0:1", "-verify_ip"),
}


@pytest.mark.parametrize(("host", "option"), PERMITTED.values(), ids=PERMITTED)
def test_openssl_believes_a_leaf(state: Path, host: str, option: str) -> None:
    """A leaf for each kind of host verifies, for exactly this host."""
    authority = Authority(state)
    leaf = authority.leaf(host)
    assert verified(state, authority.certificate(host), leaf.chain_pem, option, host) == (True, "")
    assert not verified(state, authority.certificate(host), leaf.chain_pem, "-verify_hostname", "example.com")[0]


FOREIGN = {
    "name": (NAME, "example.com"),
    "name-above": (NAME, "snaptrade.com"),
    "ipv4": (ADDRESS, "127.0.0.2"),
    "ipv6": ("::1", "::2"),
    "ipv4-where-none-is": (NAME, ADDRESS),
    "ipv6-where-none-is": (ADDRESS, "::1"),
    "name-where-none-is": (ADDRESS, "localhost"),
}


@pytest.mark.parametrize(("own", "host"), FOREIGN.values(), ids=FOREIGN)
def test_openssl_refuses_what_the_key_signs_for_others(state: Path, own: str, host: str) -> None:
    """Whoever has the key can still deceive nobody about another host."""
    authority = Authority(state).certificate(own)
    key = load_pem_private_key((state / "ca.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    forged = certificate.leaf(ec.generate_private_key(ec.SECP256R1()), host, read(authority), key, NOW)
    is_good, why = verified(state, authority, forged.public_bytes(Encoding.PEM))
    assert not is_good
    assert "subtree violation" in why


LABELS = {
    "name": (NAME, "ca-api.snaptrade.com.pem", NAME),
    "upper-case": ("API.snaptrade.com", "ca-api.snaptrade.com.pem", NAME),
    "ipv4": (ADDRESS, "ca-127.0.0.1.pem", ADDRESS),
    "ipv6": ("[2001:DB8:0::1]", "ca-2001+db8++1.pem", "2001:db8::1"),
    "long": ("a" * 63 + ".example", f"ca-{'a' * 38}-735cb979.pem", f"{'a' * 38}-735cb979"),
}


@pytest.mark.parametrize(("host", "name", "label"), LABELS.values(), ids=LABELS)
def test_name_of_the_file_tells_the_host(state: Path, host: str, name: str, label: str) -> None:
    """Whoever trusts it by hand sees which it is, in the certificate as well."""
    file = Authority(state).certificate(host)
    assert file.name == name
    assert f"CN=signer-proxy for {label}," in read(file).subject.rfc4514_string() + ","


@contextmanager
def serving(leaf: Leaf, folder: Path) -> Iterator[int]:
    """Answer one TLS connection with a leaf's chain, and yield the port."""
    chain = folder / "served.pem"
    chain.write_bytes(leaf.key_pem + leaf.chain_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with socket.create_server((ADDRESS, 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection, context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(65536)
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")

        thread = Thread(target=answer)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join(10)


def test_python_believes_a_leaf(state: Path) -> None:
    """Python's default context, strict since 3.13, takes the chain."""
    authority = Authority(state)
    context = ssl.create_default_context(cafile=authority.certificate(NAME))
    with (
        serving(authority.leaf(NAME), state) as port,
        socket.create_connection((ADDRESS, port), 10) as connection,
        context.wrap_socket(connection, server_hostname=NAME) as tls,
    ):
        tls.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert tls.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_curl_believes_a_leaf(state: Path) -> None:
    """So does curl."""
    authority = Authority(state)
    with serving(authority.leaf(ADDRESS), state) as port:
        command: list[str | Path] = [
            "curl",
            "-sS",
            "--noproxy",
            "*",
            "--cacert",
            authority.certificate(ADDRESS),
            f"https://127.0.0.1:{port}/",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("OK", "")


def test_nothing_is_made_before_it_is_needed(state: Path) -> None:
    """A daemon without a forward port leaves no key behind."""
    Authority(state)
    assert not state.exists()


def test_files_and_their_modes(state: Path) -> None:
    """The key is the user's alone, the certificate is for everybody, a leaf's key is in no file."""
    authority = Authority(state)
    leaf = authority.leaf(ADDRESS)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in state.iterdir()}
    assert modes == {"ca.key": 0o600, "ca.lock": 0o600, authority.certificate(ADDRESS).name: 0o644}
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert all(leaf.key_pem not in file.read_bytes() for file in state.iterdir())
    assert leaf.key_pem.decode()[28:60] not in repr(leaf)


def test_lives_are_short(state: Path) -> None:
    """A certificate of the authority lasts for 30 days, a leaf for one and not longer than its issuer."""
    clock = Clock()
    authority = Authority(state, clock.read)
    issuer = read(authority.certificate(ADDRESS))
    leaf = x509.load_pem_x509_certificate(authority.leaf(ADDRESS).chain_pem)
    assert issuer.not_valid_after_utc - NOW <= 30 * DAY
    assert leaf.not_valid_after_utc - NOW <= DAY
    key = ec.generate_private_key(ec.SECP256R1())
    late = certificate.leaf(key, ADDRESS, issuer, key, issuer.not_valid_after_utc - DAY / 24)
    assert late.not_valid_after_utc == issuer.not_valid_after_utc


def test_leaf_is_kept_until_a_quarter_is_left(state: Path) -> None:
    """A leaf serves many connections, and is renewed in time."""
    clock = Clock()
    authority = Authority(state, clock.read)
    first = authority.leaf(ADDRESS)
    clock.now = NOW + 0.7 * DAY
    assert authority.leaf(ADDRESS) is first
    clock.now = NOW + 0.8 * DAY
    assert authority.leaf(ADDRESS) != first


def test_certificate_is_renewed_while_running(state: Path) -> None:
    """With a third left there is a new certificate for the same key, and who trusts the old one still does."""
    clock = Clock()
    authority = Authority(state, clock.read)
    old = authority.certificate(ADDRESS).read_bytes()
    clock.now = NOW + 19 * DAY
    assert authority.certificate(ADDRESS).read_bytes() == old
    clock.now = NOW + 21 * DAY
    leaf = authority.leaf(ADDRESS)
    new = authority.certificate(ADDRESS).read_bytes()
    assert new != old
    assert new in leaf.chain_pem
    keys = [x509.load_pem_x509_certificate(pem).public_key() for pem in (old, new)]
    assert keys[0] == keys[1]
    trusted = state / "old.pem"
    trusted.write_bytes(old)
    at = str(int((NOW + 22 * DAY - DAY / 2).timestamp()))
    assert verified(state, trusted, leaf.chain_pem, "-attime", at) == (True, "")


def test_clock_that_went_back_gets_a_valid_certificate(state: Path) -> None:
    """A certificate from the future, as a dead battery leaves, is made anew."""
    clock = Clock()
    clock.now = NOW + 5 * DAY
    Authority(state, clock.read).leaf(ADDRESS)
    authority = Authority(state)
    assert verified(state, authority.certificate(ADDRESS), authority.leaf(ADDRESS).chain_pem) == (True, "")


def test_hosts_have_certificates_of_their_own(state: Path) -> None:
    """They share the key and nothing else, so who trusts one trusts no other; a second daemon finds the first's."""
    authority = Authority(state)
    one, other = authority.certificate(NAME), authority.certificate("api.staging.fiant.io")
    assert read(one).public_key() == read(other).public_key()
    assert verified(state, one, authority.leaf(NAME).chain_pem) == (True, "")
    assert not verified(state, other, authority.leaf(NAME).chain_pem)[0]
    before = one.read_bytes()
    assert Authority(state).certificate(NAME).read_bytes() == before


def test_file_that_was_removed_is_made_anew(state: Path) -> None:
    """What clients are to trust is there as long as a daemon shows it."""
    authority = Authority(state)
    authority.certificate(NAME).unlink()
    leaf = authority.leaf(NAME)
    assert verified(state, authority.certificate(NAME), leaf.chain_pem) == (True, "")


def test_key_that_was_removed_is_made_anew(state: Path) -> None:
    """Whoever removes the key begins anew, and a running daemon follows."""
    authority = Authority(state)
    before = authority.leaf(ADDRESS)
    (state / "ca.key").unlink()
    assert authority.leaf(ADDRESS) != before
    assert verified(state, authority.certificate(ADDRESS), authority.leaf(ADDRESS).chain_pem) == (True, "")


def _make(state: Path) -> tuple[bytes, bytes]:
    authority = Authority(state)
    return authority.certificate(ADDRESS).read_bytes(), authority.leaf(ADDRESS).chain_pem


def test_daemons_that_start_at_once_agree(state: Path) -> None:
    """Nobody overwrites the first one's key or certificate."""
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        made = pool.map(_make, [state] * 8, chunksize=1)
    assert len({pem for pem, _ in made}) == 1
    assert all(pem in chain for pem, chain in made)


BROKEN = {
    "empty": b"",
    "text": b"hello",
    "another-curve": ec.generate_private_key(ec.SECP384R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_broken_key_is_refused(state: Path, content: bytes) -> None:
    """What is no key of ours is not overwritten, and the error says what to do."""
    state.mkdir(parents=True)
    key = state / "ca.key"
    key.write_bytes(content)
    key.chmod(0o600)
    with pytest.raises(StartError, match=r"ca\.key must hold an EC key on P-256, got something else \(remove it"):
        Authority(state).leaf(ADDRESS)
    assert key.read_bytes() == content


def test_shared_key_is_refused(state: Path) -> None:
    """A key that others can read is not used."""
    Authority(state).leaf(ADDRESS)
    (state / "ca.key").chmod(0o640)
    with pytest.raises(StartError, match=r"must be closed to other users, got mode 0640 \(chmod 600 "):
        Authority(state).leaf(ADDRESS)


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    """The error names the place and the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match=r"file/state cannot be written: Not a directory .*XDG_STATE_HOME"):
        Authority(tmp_path / "file" / "state").leaf(ADDRESS)


@pytest.mark.parametrize("content", [b"", b"no PEM", None], ids=["empty", "text", "another-key"])
def test_broken_certificate_is_made_anew(state: Path, content: bytes | None) -> None:
    """A certificate holds nothing that could be lost."""
    file = Authority(state).certificate(ADDRESS)
    if content is None:
        key = ec.generate_private_key(ec.SECP256R1())
        content = certificate.authority(key, "another", ADDRESS, NOW).public_bytes(Encoding.PEM)
    file.write_bytes(content)
    authority = Authority(state)
    assert verified(state, authority.certificate(ADDRESS), authority.leaf(ADDRESS).chain_pem) == (True, "")
