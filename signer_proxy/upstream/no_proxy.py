"""What an entry of NO_PROXY covers; its forms are nobody's standard, so they are read as curl and Python read them.

Source: https://curl.se/libcurl/c/CURLOPT_NOPROXY.html, and requests for ports.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

from signer_proxy.destination import is_loopback


def entries(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the entries that the environment names; the variable in lower case comes first, as everywhere."""
    text = environ.get("no_proxy", environ.get("NO_PROXY", ""))
    return tuple(entry for entry in re.split(r"[\s,]+", text) if entry)


def covers(entry: str, host: str, port: int) -> bool:
    """Tell whether an entry (*, a name with all below it, an address, a network, one with a port) covers a host."""
    if entry == "*":
        return True
    name, _, number = entry.rpartition(":")
    if number == str(port) and (name.count(":") == 0 or name.startswith("[")):
        entry = name
    entry, host = entry.strip("[]").lower(), host.strip("[]").lower()
    try:
        address = ip_address(host)
    except ValueError:
        above = entry.removeprefix("*").removeprefix(".")
        return host == above or host.endswith(f".{above}")
    try:
        return address in ip_network(entry, strict=False)
    except ValueError:  # a name: what it leads to is not looked up
        return False


def could_cover(entry: str, host: str, port: int) -> bool:
    """Tell whether any program could read an entry so: some take a name for whatever ends with it."""
    return covers(entry, host, port) or host.lower().endswith(entry.lower().lstrip("*"))


def is_here(entry: str) -> bool:
    """Tell whether an entry is about this machine, with a port or without."""
    name, _, number = entry.lower().rpartition(":")
    name = name if number.isdigit() and (name.count(":") == 0 or name.startswith("[")) and name else entry.lower()
    try:
        return ip_network(name.strip("[]"), strict=False).is_loopback
    except ValueError:
        return is_loopback(name.removeprefix("*"))
