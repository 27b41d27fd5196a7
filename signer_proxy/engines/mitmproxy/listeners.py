"""The ports: which are open, and the change from some to others without a moment in which one is missing."""

import asyncio
import errno
import socket
from collections.abc import Iterable, Sequence
from typing import Final

from mitmproxy import ctx
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.proxy.mode_servers import AsyncioServerInstance
from mitmproxy.proxy.mode_specs import ProxyMode, ReverseMode

from signer_proxy.errors import StartError

# mitmproxy wants a target; this one cannot exist (RFC 6761, section 6.4). It is the same for every port, since a spec
# that changes would close its port, and the upstream is chosen by the port.
_NOWHERE: Final = "signer-proxy.invalid"


def is_ours(mode: ProxyMode) -> bool:
    """Tell whether a connection came in by a port of ours."""
    return isinstance(mode, ReverseMode) and mode.address[0] == _NOWHERE


def free_port() -> int:
    """Return a port of 127.0.0.1 that the system has chosen and that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Listeners:
    """The listening sockets: at the address that the config names, where 127.0.0.1 stands for ::1, too."""

    def __init__(self) -> None:
        self._loopback = ("127.0.0.1", "::1") if _has_ipv6_loopback() else ("127.0.0.1",)
        self._lent: list[str] = []
        self._changing = asyncio.Lock()

    def modes(self, host: str, ports: Iterable[int]) -> list[str]:
        """Return mitmproxy's option `mode` for `ports` at `host`."""
        hosts = self._loopback if host == "127.0.0.1" else (host,)
        return [_spec(each, port) for port in sorted(ports) for each in hosts]

    async def open(self, host: str, ports: Iterable[int]) -> None:
        """Open `ports` beside those that are open, all or none. Raises StartError that names the port."""
        async with self._changing:
            await _open(self.modes(host, ports), self._lent)

    async def keep(self, host: str, ports: Iterable[int]) -> None:
        """Close every port but `ports` and those that are lent; connections to the others live on."""
        async with self._changing:
            await _keep([*self.modes(host, ports), *self._lent])

    async def lend(self, port: int) -> None:
        """Open one port more, on 127.0.0.1, until it is given back. Raises StartError."""
        mode = _spec("127.0.0.1", port)
        async with self._changing:
            await _open([mode], self._lent)
            self._lent.append(mode)
            await _keep([instance.mode.full_spec for instance in _server().servers])

    async def take_back(self, port: int) -> None:
        """Close a port that was lent; connections to it live on."""
        async with self._changing:
            self._lent.remove(_spec("127.0.0.1", port))
            specs = [instance.mode.full_spec for instance in _server().servers]
            await _keep([spec for spec in specs if spec != _spec("127.0.0.1", port)])

    async def close(self) -> None:
        """Close every port, those of a host program as well."""
        async with self._changing:
            await _change([])

    def are_open(self) -> bool:
        """Tell whether connections are taken at every port."""
        return all(instance.is_running for instance in _server().servers)

    def are_writing(self) -> bool:
        """Tell whether a client has not yet taken all that was written to it."""
        transports = [io for handler in _server().connections.values() for io in handler.transports.values()]
        writers = [io.writer for io in transports if isinstance(io.writer, asyncio.StreamWriter)]
        return any(writer.transport.get_write_buffer_size() for writer in writers)


def _spec(host: str, port: int) -> str:
    return f"reverse:http://{_NOWHERE}@{host}:{port}"


async def _open(specs: list[str], lent: list[str]) -> None:
    server = _server()
    before = [instance.mode for instance in server.servers]
    modes = [ProxyMode.parse(spec) for spec in specs]
    # A port that moves to another address cannot be open at both: "0.0.0.0" holds all of them.
    moving = {mode.custom_listen_port for mode in modes if mode not in before}
    staying = [
        mode for mode in before if mode in modes or mode.full_spec in lent or mode.custom_listen_port not in moving
    ]
    await _change([*staying, *(mode for mode in modes if mode not in before)])
    failed = [instance for instance in server.servers if not instance.is_running]
    if failed:
        reasons = {_reason(instance.mode, instance.last_exception) for instance in failed}
        await _change(before)
        raise StartError("; ".join(sorted(reasons)))


async def _keep(specs: list[str]) -> None:
    await _change([ProxyMode.parse(spec) for spec in specs])
    ctx.options.update(mode=specs)


async def _change(modes: Sequence[ProxyMode]) -> None:
    """Open and close ports, so that `modes` are the open ones."""
    servers = _server().servers
    leaving = [instance for instance in servers if isinstance(instance, AsyncioServerInstance)]
    leaving = [instance for instance in leaving if instance.mode not in modes]
    for listener in (listener for instance in leaving for listener in _sockets(instance)):
        asyncio.get_running_loop().remove_reader(listener)
    # A server that is closed between accepting a connection and serving it loses it, and Python prints a traceback
    # (https://github.com/python/cpython/issues/109564): those that were accepted get the moment that they need.
    await asyncio.sleep(0)
    await servers.update(modes)


def _sockets(instance: AsyncioServerInstance[ProxyMode]) -> list[int]:
    servers = [server for server in instance._servers if isinstance(server, asyncio.Server)]
    return [listener.fileno() for server in servers for listener in server.sockets]


def _server() -> Proxyserver:
    server = ctx.master.addons.get("proxyserver")
    assert isinstance(server, Proxyserver)
    return server


def _reason(mode: ProxyMode, error: Exception | None) -> str:
    host, port = mode.custom_listen_host, mode.custom_listen_port
    why = error.strerror if isinstance(error, OSError) and error.strerror else "unknown reason"
    why = "it is in use" if isinstance(error, OSError) and error.errno == errno.EADDRINUSE else why
    return f"cannot listen on {host} port {port}: {why} (stop what listens there, or change the upstream's port)"


def _has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
