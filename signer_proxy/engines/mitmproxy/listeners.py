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


class Listeners:
    """The listening sockets on this machine's own addresses: 127.0.0.1 and, where it exists, ::1."""

    def __init__(self) -> None:
        self._hosts = ("127.0.0.1", "::1") if _has_ipv6_loopback() else ("127.0.0.1",)

    def modes(self, ports: Iterable[int]) -> list[str]:
        """Return mitmproxy's option `mode` for `ports`."""
        return [f"reverse:http://{_NOWHERE}@{host}:{port}" for port in sorted(ports) for host in self._hosts]

    async def open(self, ports: Iterable[int]) -> None:
        """Open `ports` beside those that are open, all or none. Raises StartError that names the port."""
        server = _server()
        before = [instance.mode for instance in server.servers]
        modes = [ProxyMode.parse(mode) for mode in self.modes(ports)]
        await _change([*before, *(mode for mode in modes if mode not in before)])
        failed = [instance for instance in server.servers if not instance.is_running]
        if failed:
            reasons = {_reason(instance.mode, instance.last_exception) for instance in failed}
            await _change(before)
            raise StartError("; ".join(sorted(reasons)))

    async def keep(self, ports: Iterable[int]) -> None:
        """Close every port but `ports`; connections to the others live on."""
        modes = self.modes(ports)
        await _change([ProxyMode.parse(mode) for mode in modes])
        ctx.options.update(mode=modes)

    async def close(self) -> None:
        """Close every port, those of a host program as well."""
        await _change([])

    def are_writing(self) -> bool:
        """Tell whether a client has not yet taken all that was written to it."""
        transports = [io for handler in _server().connections.values() for io in handler.transports.values()]
        writers = [io.writer for io in transports if isinstance(io.writer, asyncio.StreamWriter)]
        return any(writer.transport.get_write_buffer_size() for writer in writers)


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
