"""The running daemon of a config, as other commands find it and talk to it."""

from signer_proxy.control.control import Control, ControlError, find
from signer_proxy.control.lease import Lease
from signer_proxy.control.place import socket_path

__all__ = ["Control", "ControlError", "Lease", "find", "socket_path"]
