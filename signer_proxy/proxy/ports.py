"""Which port of ours is for what: an upstream's requests, or those that name their upstream themselves."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from signer_proxy.errors import NoUpstreamError
from signer_proxy.runtime import Runtime


class Ports:
    """Every port that connections may still come from, those of a runtime and those that are lent."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._upstream_of = dict(runtime.ports)
        self._lent: set[int] = set()
        self._closed: set[int] = set()
        self._coming: Collection[int] = ()

    @contextmanager
    def expecting(self, runtime: Runtime) -> Iterator[None]:
        """Know new ports of `runtime` in this block: a port takes requests in a moment before the swap."""
        new = {port: name for port, name in runtime.ports.items() if port not in self._runtime.ports}
        self._upstream_of |= new  # for longer than the block: a connection may outlive its port
        self._coming = new
        try:
            yield
        finally:
            self._coming = ()

    def swap(self, runtime: Runtime) -> None:
        """Know the ports of `runtime` as it has them; connections of a port that went keep its upstream."""
        self._runtime = runtime
        self._upstream_of |= runtime.ports

    def lend(self, port: int) -> None:
        """Know a forward port where hosts that are no upstream's are passed on to, until it is taken back."""
        self._upstream_of[port] = None
        self._lent.add(port)

    def take_back(self, port: int) -> None:
        """Pass nothing on any more at a port that was lent."""
        self._lent.remove(port)

    def close_to(self, port: int) -> None:
        """Know a port of this process that takes no requests, such as the inspector's: nothing passes on to it."""
        self._closed.add(port)

    def is_lent(self, port: int) -> bool:
        """Tell whether a port is lent."""
        return port in self._lent

    def is_open(self, port: int) -> bool:
        """Tell whether a port takes connections, as far as the runtime in use goes, and the one that is expected."""
        return port in self._runtime.ports or port in self._lent or port in self._coming

    def is_ours(self, port: int) -> bool:
        """Tell whether a port is, or was, one of ours."""
        return port in self._upstream_of or port in self._closed or port == self._runtime.admin_port

    def is_forward(self, port: int) -> bool:
        """Tell whether the requests at a port name their upstream."""
        return self._upstream_of.get(port, "") is None

    def upstream(self, port: int) -> str | None:
        """Return the name of a port's upstream; None for a forward port. Raises NoUpstreamError."""
        if port not in self._upstream_of:
            raise NoUpstreamError(f"port {port} is no upstream's (nothing was sent)")
        return self._upstream_of[port]
