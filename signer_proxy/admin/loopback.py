"""Listening on this machine's own addresses: 127.0.0.1 and, where it exists, ::1."""

import errno
import socket
from contextlib import ExitStack

from signer_proxy.errors import StartError


def listen(port: int, key: str = "admin_port") -> list[socket.socket]:
    """Listen on a port, which the config has under `key`. Raises StartError."""
    with ExitStack() as stack:
        listening = [stack.enter_context(_listen("127.0.0.1", port, socket.AF_INET, key))]
        if _has_ipv6():
            listening.append(stack.enter_context(_listen("::1", port, socket.AF_INET6, key)))
        stack.pop_all()
        return listening


def _listen(host: str, port: int, family: socket.AddressFamily, key: str) -> socket.socket:
    try:
        return socket.create_server((host, port), family=family)
    except OSError as e:
        why = "it is in use" if e.errno == errno.EADDRINUSE else e.strerror
        raise StartError(
            f"cannot listen on {host} port {port}: {why} (stop what listens there, or change {key})"
        ) from e


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False
