"""An authority is read in one form, or not at all."""

import pytest

from signer_proxy.destination import Destination, read

READABLE: dict[str, tuple[bytes, str, str]] = {
    "name": (b"api.example.com:443", "https", "api.example.com:443"),
    "default-of-http": (b"api.example.com", "http", "api.example.com:80"),
    "default-of-https": (b"api.example.com", "https", "api.example.com:443"),
    "upper-case": (b"API.Example.COM:80", "http", "api.example.com:80"),
    "trailing-dot": (b"api.example.com.", "http", "api.example.com.:80"),
    "ipv4": (b"127.0.0.1:8080", "http", "127.0.0.1:8080"),
    "ipv6": (b"[::1]:8080", "http", "[::1]:8080"),
    "ipv6-long": (b"[0:0:0:0:0:0:0:1]", "https", "[::1]:443"),
}
UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "port-alone": b":80",
    "port-empty": b"api.example.com:",
    "port-zero": b"api.example.com:0",
    "port-with-zeros": b"api.example.com:080",
    "port-too-large": b"api.example.com:65536",
    "port-twice": b"api.example.com:80:80",
    "user": b"user@api.example.com",
    "user-that-looks-like-a-host": b"api.example.com:80@evil.example",
    "path": b"api.example.com/",
    "space": b"api.example.com ",
    "list": b"api.example.com,evil.example",
    "non-ascii": "\uff41pi.example.com".encode(),
    "not-utf8": b"\xffapi.example.com",
    "ipv6-bare": b"::1",
    "ipv6-zone": b"[fe80::1%eth0]",
    "ipv6-none": b"[:::]",
    "wildcard": b"*.example.com",
}


@pytest.mark.parametrize(("authority", "scheme", "shown"), READABLE.values(), ids=READABLE)
def test_readable(authority: bytes, scheme: str, shown: str) -> None:
    """Case and default ports make no difference."""
    found = read(authority, scheme)
    assert isinstance(found, Destination)
    assert str(found) == shown


@pytest.mark.parametrize("authority", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(authority: bytes) -> None:
    """What two parsers could read differently is read by none."""
    assert read(authority, "http") is None
