"""A daemon with a forward port, the tunnels that lead through it, and curl on its way through it."""

import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signer_proxy.authority.authority import Authority
from tests.end_to_end.daemon import PATIENCE, PROGRAM, Daemon, free_port, launched
from tests.end_to_end.wire import Reply, connected, read

ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Forward:
    """A daemon, its forward port, and where it keeps its authority."""

    daemon: Daemon
    port: int
    state: Path

    @property
    def authority(self) -> Path:
        """The file with the certificates that clients are to trust."""
        authority, file = Authority(self.state / "signer-proxy"), self.state / "authorities.pem"
        file.write_text("".join(authority.certificate(host).read_text() for host in ("127.0.0.1", "localhost")))
        return file


def forward_config(recorder: str, sandbox: str, port: int | None, more: str = "") -> str:
    """Return a config in which `api` records at `localhost`, and `sandbox` verifies at `127.0.0.1`."""
    return f"""
        version = 1
        [proxy]
        max_body = "64 KiB"
        max_answer = "64 KiB"
        {f"forward_port = {port}" if port else ""}
        {more}
        [upstreams.api]
        url = "{recorder.replace("127.0.0.1", "localhost")}"
        port = {free_port()}
        default_profile = "partner"
        [upstreams.sandbox]
        url = "{sandbox}"
        port = {free_port()}
        default_profile = "verified"
        [profiles.partner]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "CLIENT"
        consumer_key = "api-consumer-key"
        access = "trade"
        [profiles.verified]
        upstream = "sandbox"
        scheme = "snaptrade-signature"
        client_id = "PARTNER"
        consumer_key = "sandbox-consumer-key"
        user_id = "alice"
        user_secret = "alice-secret"
        access = "trade"
    """


@contextmanager
def forwarding(
    text: str, port: int, folder: Path, command: Sequence[str | Path] = (PROGRAM, "run"), **environ: str
) -> Iterator[Forward]:
    """Start a daemon whose config names `port` as its forward port; it must be there at the end."""
    with launched(text, folder, {"XDG_STATE_HOME": str(folder), **environ}, command) as daemon:
        for each in daemon.ports.values():
            daemon.wait_for(rf"listening on http://127\.0\.0\.1:{each}\b")
        yield Forward(daemon, port, folder)
        assert daemon.process.poll() is None
        assert "Traceback" not in daemon.output


def connect(authority: str | bytes, *headers: str) -> bytes:
    """Return a CONNECT's bytes."""
    asked = authority.encode() if isinstance(authority, str) else authority
    lines = [b"CONNECT " + asked + b" HTTP/1.1", b"Host: " + asked, *(header.encode() for header in headers)]
    return b"\r\n".join([*lines, b"", b""])


@contextmanager
def tunnel(port: int, authority: str) -> Iterator[socket.socket]:
    """Open a tunnel."""
    with connected(port) as connection:
        connection.sendall(connect(authority))
        await_opening(connection)
        yield connection


def await_opening(connection: socket.socket) -> None:
    """Read the answer to a CONNECT, which must be that the tunnel is open, and nothing behind it."""
    received = b""
    while ESTABLISHED.startswith(received) and received != ESTABLISHED:
        piece = connection.recv(len(ESTABLISHED) - len(received))
        assert piece, received
        received += piece
    assert received == ESTABLISHED


def to_the_end(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    received = b""
    while piece := connection.recv(65_536):
        received += piece
    return received


def trusting(authority: Path | None, *protocols: str) -> ssl.SSLContext:
    """Return what a client of TLS needs that trusts one authority, or everybody, and speaks these protocols."""
    context = ssl.create_default_context(cafile=authority)
    if authority is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


@contextmanager
def tls_tunnel(
    forward: Forward, authority: str, *protocols: str, name: str | None = None, is_trusting: bool = False
) -> Iterator[ssl.SSLSocket]:
    """Open a tunnel with TLS in it, for `name` or the host of `authority`; `is_trusting` believes any certificate."""
    context = trusting(None if is_trusting else forward.authority, *protocols)
    host = name or authority.rpartition(":")[0]
    with tunnel(forward.port, authority) as connection, context.wrap_socket(connection, server_hostname=host) as inside:
        yield inside


def said(connection: socket.socket, raw: bytes, method: str = "GET") -> Reply:
    """Send bytes on an open connection and read the answer."""
    connection.sendall(raw)
    return read(connection, method)


def get(target: str, host: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    """Return a request's bytes."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *headers]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def curl(proxy: int, *arguments: str | Path, environ: Mapping[str, str] | None = None) -> tuple[str, bytes]:
    """Run curl with a proxy; return the last head that it got, in lower case, and the body."""
    command: list[str | Path] = ["curl", "-sS", "--max-time", str(PATIENCE), "--noproxy", "", "-x"]
    command += [f"http://127.0.0.1:{proxy}", "--dump-header", "/dev/stderr", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True, env=environ)
    heads = done.stderr.decode().strip().split("\r\n\r\n")
    return heads[-1].lower(), done.stdout
