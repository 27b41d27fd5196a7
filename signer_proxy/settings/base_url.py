"""The URLs that we call: https, or http where nobody can listen in, which is this machine alone."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import urlsplit

from signer_proxy.destination import DEFAULT_PORTS, is_loopback
from signer_proxy.settings.got import got

_EXAMPLE: Final = '"https://api.example.com"'
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")  # in the end it makes an address (URL Standard, section 3.5)
# Nothing that could be read in two ways: no escapes, and no empty or dot segments.
_PATH: Final = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*")


def parse_base_url(text: str) -> str:
    """Return a base URL in the one form that we use: scheme and host in lower case, no default port, no last slash.

    Raises ValueError with what is wrong; a user, a query or a fragment may be secret, so they are not shown.
    """
    _refuse_beyond_ascii(text)
    if "?" in text or "#" in text:
        raise ValueError(f"must have no query and no fragment, such as {_EXAMPLE}")
    scheme, host, port, path = _parts(text)
    path = path.removesuffix("/")
    if not _PATH.fullmatch(path):
        raise ValueError(f"must have a path of letters, digits and - . _ ~ without empty or dot segments, {got(path)}")
    return f"{scheme}://{host}{'' if port in (None, DEFAULT_PORTS[scheme]) else f':{port}'}{path}"


def parse_call_url(text: str) -> str:
    """Return the URL of one call as it is, path and query included; raises ValueError, which does not show these."""
    _refuse_beyond_ascii(text)
    if "#" in text:
        raise ValueError("must have no fragment, got one (drop what begins with #)")
    _parts(text)
    return text


def _refuse_beyond_ascii(text: str) -> None:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(f"must be ASCII without spaces, such as {_EXAMPLE}")


def _parts(text: str) -> tuple[str, str, int | None, str]:
    """Return scheme, host, port and path of a URL that nobody can listen to."""
    scheme, authority, path = _split(text)
    if "@" in authority:
        raise ValueError("must not hold a user or password (credentials belong in a profile)")
    host, port = _host_and_port(authority)
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"must begin with https://, {got(f'{scheme}://')}")
    if scheme == "http" and not is_loopback(host):
        raise ValueError(f"must be https:// (http:// is for this machine alone), {got(f'http://{authority}')}")
    return scheme, host, port, path


def _split(text: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(text)
    except ValueError as e:  # brackets that hold no address
        raise ValueError(f"must be a URL such as {_EXAMPLE}") from e
    if not parts.scheme or not parts.netloc:
        raise ValueError(f"must be a URL such as {_EXAMPLE}")
    return parts.scheme, parts.netloc, parts.path


def _host_and_port(authority: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?", authority)
    if not match or (match[2] and not 1 <= int(match[2]) <= 65535):
        raise ValueError(f"must be a URL with a host and at most a port from 1 to 65535, {got(authority)}")
    return _host(match[1].lower()), int(match[2]) if match[2] else None


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            address = IPv6Address(text[1:-1])
        except AddressValueError as e:
            raise ValueError(f"must name an IPv6 address in its brackets, {got(text)}") from e
        if address.scope_id is None:
            return f"[{address}]"
    elif _NUMBER.fullmatch(text.rpartition(".")[2]):
        try:
            return str(IPv4Address(text))
        except AddressValueError as e:
            raise ValueError(f"must name an IPv4 address by its four parts, {got(text)}") from e
    elif _NAME.fullmatch(text):
        return text
    raise ValueError(f"must name a host, {got(text)}")
