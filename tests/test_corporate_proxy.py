"""The way upstream by a corporate proxy: tunnelled, verified as without, and a true word where it says no."""

import logging
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from signer_proxy.authority.authority import Authority
from signer_proxy.errors import StartError, UpstreamUnreachableError
from signer_proxy.upstream.corporate_proxy import named_by
from signer_proxy.upstream.outgoing import Limits, Outgoing
from signer_proxy.upstream.pool import open_pool
from tests.certificates import server_context
from tests.connect_proxy import connect_proxy
from tests.faulty_upstream import OK, FaultyUpstream, faulty_upstream, saying

HOST = "api.example"
ORIGIN = f"https://{HOST}"
LIMITS = Limits(connect_timeout=5.0, answer_timeout=5.0, max_answer=1 << 20)
PASSWORD = "p@ss:w%rd"
CREDENTIALS = "user:p%40ss%3Aw%25rd"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Return who vouches for the upstream and for the proxy."""
    return Authority(tmp_path / "state")


@pytest.fixture
async def upstream(authority: Authority, tmp_path: Path) -> AsyncIterator[FaultyUpstream]:
    """Open an upstream that proves to be HOST, which no DNS knows: only the proxy finds it."""
    async with faulty_upstream(saying(OK), server_context(chain(authority, HOST, tmp_path))) as opened:
        yield opened


def chain(authority: Authority, host: str, folder: Path) -> Path:
    """Write what a server shows."""
    leaf, file = authority.leaf(host), folder / f"{host}.pem"
    file.write_bytes(leaf.key_pem + leaf.chain_pem)
    return file


def port(upstream: FaultyUpstream) -> int:
    """Return where an upstream listens."""
    return urlsplit(upstream.origin).port or 0


def outgoing(origin: str = ORIGIN, target: bytes = b"/a?b=%2F") -> Outgoing:
    """Return a request on its way."""
    return Outgoing(origin, "GET", target, ((b"Host", HOST.encode()),), b"", lambda: True)


def environ(authority: Authority, **variables: str) -> Mapping[str, str]:
    """Return an environment in which the upstream can be verified."""
    files = [authority.certificate(host) for host in (HOST, "127.0.0.1")]
    both = files[0].with_name("authorities.pem")
    both.write_text("".join(file.read_text() for file in files))
    return {"SSL_CERT_FILE": str(both), **variables}


async def test_upstream_is_reached_through_a_tunnel(authority: Authority, upstream: FaultyUpstream) -> None:
    """The proxy is asked for a tunnel, once for many requests, and sees none of them."""
    async with (
        connect_proxy(port(upstream)) as proxy,
        open_pool(environ(authority, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")) as pool,
    ):
        pool.check([ORIGIN])
        for _ in range(3):
            assert (await pool.send(outgoing(), LIMITS)).status == 200
        assert proxy.asked == [f"CONNECT {HOST}:443 HTTP/1.1"]
    assert upstream.requests == [b"GET /a?b=%2F HTTP/1.1\r\nHost: api.example\r\n\r\n"] * 3


async def test_proxy_itself_may_speak_tls(authority: Authority, upstream: FaultyUpstream, tmp_path: Path) -> None:
    """A tunnel within TLS is verified twice."""
    tls = server_context(chain(authority, "127.0.0.1", tmp_path))
    async with (
        connect_proxy(port(upstream), tls) as proxy,
        open_pool(environ(authority, https_proxy=f"https://127.0.0.1:{proxy.port}/")) as pool,
    ):
        assert (await pool.send(outgoing(), LIMITS)).status == 200
        assert len(proxy.asked) == 1


async def test_credentials_in_the_url_work(authority: Authority, upstream: FaultyUpstream) -> None:
    """They are decoded and shown to the proxy, and to nobody else."""
    async with (
        connect_proxy(port(upstream), credentials=f"user:{PASSWORD}") as proxy,
        open_pool(environ(authority, ALL_PROXY=f"{CREDENTIALS}@127.0.0.1:{proxy.port}")) as pool,
    ):
        assert (await pool.send(outgoing(), LIMITS)).status == 200
    assert all(b"roxy-" not in request for request in upstream.requests)


REFUSALS = {
    "credentials": (b"HTTP/1.1 407 No\r\n\r\n", "the proxy wants other credentials, or any (http://USER:PASSWORD@…"),
    "no-tunnel": (b"HTTP/1.1 502 No\r\n\r\n", "the proxy opens no tunnel, status 502 (by way of"),
    "no-http": (b"hello\r\n\r\n", "no connection (by way of"),
    "nothing": (b"", "no connection (by way of"),
}


@pytest.mark.parametrize(("answer", "expected"), REFUSALS.values(), ids=REFUSALS)
async def test_refusing_proxy(
    authority: Authority, upstream: FaultyUpstream, answer: bytes, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The client hears what the proxy said, which one it is, that nothing was sent, and no password."""
    async with (
        connect_proxy(port(upstream), answer=answer) as proxy,
        open_pool(environ(authority, HTTPS_PROXY=f"http://{CREDENTIALS}@127.0.0.1:{proxy.port}")) as pool,
    ):
        with pytest.raises(UpstreamUnreachableError) as raised:
            await pool.send(outgoing(), LIMITS)
    text = str(raised.value)
    assert text.startswith(f"{ORIGIN}: {expected}")
    assert text.endswith(f"(by way of the proxy 127.0.0.1:{proxy.port} of HTTPS_PROXY) (nothing was sent)")
    assert upstream.requests == []
    assert not any(part in text + caplog.text for part in ("user:", "p%40ss", PASSWORD))


async def test_proxy_that_is_not_there(authority: Authority, upstream: FaultyUpstream) -> None:
    """The upstream is not called around it."""
    async with connect_proxy(port(upstream)) as gone:
        pass
    async with open_pool(environ(authority, HTTPS_PROXY=f"http://127.0.0.1:{gone.port}")) as pool:
        with pytest.raises(UpstreamUnreachableError, match="no connection to the proxy: Connection refused"):
            await pool.send(outgoing(), LIMITS)


async def test_name_of_a_proxy_that_does_not_resolve(authority: Authority) -> None:
    """The sentence says whose name it is."""
    async with open_pool(environ(authority, HTTPS_PROXY="http://proxy.invalid:3128")) as pool:
        with pytest.raises(UpstreamUnreachableError, match=r"the proxy's name does not resolve .*proxy\.invalid:3128"):
            await pool.send(outgoing(), LIMITS)


async def test_tls_is_verified_to_the_end(authority: Authority, upstream: FaultyUpstream, tmp_path: Path) -> None:
    """A tunnel that ends at somebody else's server carries nothing."""
    other = Authority(tmp_path / "other")
    async with (
        connect_proxy(port(upstream)) as proxy,
        open_pool(environ(other, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")) as pool,
    ):
        with pytest.raises(UpstreamUnreachableError, match="its certificate does not verify"):
            await pool.send(outgoing(), LIMITS)
    assert upstream.requests == []


async def test_exception_goes_direct(authority: Authority) -> None:
    """What NO_PROXY names, and this machine, is called without the proxy."""
    async with (
        faulty_upstream(saying(OK)) as plain,
        connect_proxy(port(plain)) as proxy,
        open_pool(environ(authority, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}", NO_PROXY=HOST)) as pool,
    ):
        with pytest.raises(UpstreamUnreachableError, match="its name does not resolve"):
            await pool.send(outgoing(), LIMITS)
        assert (await pool.send(outgoing(plain.origin), LIMITS)).status == 200
        assert proxy.asked == []


OURSELVES = ["localhost", "127.0.0.1", "127.0.0.2", "127.1", "0.0.0.0", "[::]", "[::1]", socket.gethostname()]


@pytest.mark.parametrize("host", OURSELVES)
async def test_own_port_is_never_the_proxy(authority: Authority, caplog: pytest.LogCaptureFixture, host: str) -> None:
    """A daemon in whose environment its own forward port stands, by any name, does not call itself; it says so once."""
    async with (
        faulty_upstream(saying(OK)) as ourselves,
        open_pool(environ(authority, HTTPS_PROXY=f"http://{host}:{port(ourselves)}")) as pool,
    ):
        pool.avoid(lambda asked: asked == port(ourselves))
        for _ in range(2):
            with pytest.raises(UpstreamUnreachableError, match=r": its name does not resolve \(nothing"):
                await pool.send(outgoing(), LIMITS)
        assert ourselves.connections == 0
    warned = [(record.levelno, record.getMessage()) for record in caplog.records]
    assert warned == [(logging.WARNING, "HTTPS_PROXY names this very proxy: upstreams are called without it")]


async def test_proxy_elsewhere_with_our_port(authority: Authority) -> None:
    """A proxy of another machine is used, whatever its port."""
    async with open_pool(environ(authority, HTTPS_PROXY="http://proxy.invalid:8888")) as pool:
        pool.avoid(lambda _: True)
        with pytest.raises(UpstreamUnreachableError, match="the proxy's name does not resolve"):
            await pool.send(outgoing(), LIMITS)


async def test_port_that_is_ours_no_longer(authority: Authority, upstream: FaultyUpstream) -> None:
    """What is ours is asked anew for each request: a proxy that listens on a port of this machine is used again."""
    ours = set[int]()
    async with (
        connect_proxy(port(upstream)) as proxy,
        open_pool(environ(authority, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}")) as pool,
    ):
        pool.avoid(ours.__contains__)
        ours.add(proxy.port)
        with pytest.raises(UpstreamUnreachableError, match="its name does not resolve"):
            await pool.send(outgoing(), LIMITS)
        ours.clear()
        assert (await pool.send(outgoing(), LIMITS)).status == 200


UNUSABLE = {
    "socks": "socks5://user:secret-word@proxy.example:1080",
    "no-host": "http://:secret-word@",
    "port": "http://secret-word@proxy.example:99999",
    "brackets": "http://secret-word@[proxy.example]:1",
    "colon-in-the-user": "http://a%3Ab:secret-word@proxy.example",
}


@pytest.mark.parametrize("value", UNUSABLE.values(), ids=UNUSABLE)
async def test_unusable_proxy_ends_the_start(authority: Authority, value: str) -> None:
    """The sentence names the variable and the ways out, and shows nothing of the value."""
    async with open_pool(environ(authority, HTTPS_PROXY=value)) as pool:
        with pytest.raises(StartError, match="HTTPS_PROXY: must be the URL of a proxy that speaks HTTP") as raised:
            pool.check(["http://127.0.0.1:7000", ORIGIN])
        assert "secret-word" not in str(raised.value)
        with pytest.raises(UpstreamUnreachableError, match=r"HTTPS_PROXY: must be .*nothing was sent"):
            await pool.send(outgoing(), LIMITS)


@pytest.mark.parametrize("exceptions", ["", HOST], ids=["this-machine", "exception"])
async def test_unusable_proxy_does_no_harm_where_it_is_not_used(authority: Authority, exceptions: str) -> None:
    """Who only calls this machine, or an exception, starts."""
    origins = ["http://127.0.0.1:7000"] if not exceptions else [ORIGIN]
    async with open_pool(environ(authority, ALL_PROXY="socks5://proxy.example", NO_PROXY=exceptions)) as pool:
        pool.check(origins)


CHOICES = {
    "https": ({"HTTPS_PROXY": "a:1", "ALL_PROXY": "b:1", "HTTP_PROXY": "c:1"}, "a:1 of HTTPS_PROXY"),
    "lower-case": ({"HTTPS_PROXY": "a:1", "https_proxy": "b:1"}, "b:1 of https_proxy"),
    "lower-case-empty": ({"HTTPS_PROXY": "a:1", "https_proxy": " "}, None),
    "all": ({"HTTPS_PROXY": "", "ALL_PROXY": "b:1"}, "b:1 of ALL_PROXY"),
    "http-is-not-for-us": ({"HTTP_PROXY": "c:1", "http_proxy": "c:1"}, None),
    "default-port": ({"HTTPS_PROXY": "http://a"}, "a:80 of HTTPS_PROXY"),
    "ipv6": ({"HTTPS_PROXY": "http://[::1]:3128/path?x"}, "[::1]:3128 of HTTPS_PROXY"),
}


@pytest.mark.parametrize(("variables", "expected"), CHOICES.values(), ids=CHOICES)
def test_choice_of_the_variable(variables: dict[str, str], expected: str | None) -> None:
    """The most specific variable counts, and its lower-case form first."""
    proxy = named_by(variables)
    assert (proxy.name if proxy else None) == expected


def test_password_is_in_no_repr() -> None:
    """A proxy can be shown."""
    proxy = named_by({"HTTPS_PROXY": f"http://{CREDENTIALS}@proxy.example"})
    assert PASSWORD not in repr(proxy)
    assert "p%40ss" not in repr(proxy)
