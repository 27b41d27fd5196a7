"""NO_PROXY: what is covered, as curl and Python read it, and what any program could take for covered."""

import pytest

from signer_proxy.upstream import no_proxy

HOST = "api.snaptrade.com"
ENTRIES = {
    "everything": ("*", HOST, True),
    "name": ("api.snaptrade.com", HOST, True),
    "name-in-capitals": ("API.Snaptrade.COM", HOST, True),
    "name-above": ("snaptrade.com", HOST, True),
    "suffix": (".snaptrade.com", HOST, True),
    "suffix-itself": (".snaptrade.com", "snaptrade.com", True),
    "star-suffix": ("*.snaptrade.com", HOST, True),
    "top-level": ("com", HOST, True),
    "name-below": ("x.api.snaptrade.com", HOST, False),
    "part-of-a-label": ("trade.com", HOST, False),
    "other": ("example.com", HOST, False),
    "name-and-port": ("snaptrade.com:443", HOST, True),
    "name-and-other-port": ("snaptrade.com:8443", HOST, False),
    "ipv4": ("192.0.2.7", "192.0.2.7", True),
    "ipv4-and-port": ("192.0.2.7:443", "192.0.2.7", True),
    "ipv4-and-other-port": ("192.0.2.7:80", "192.0.2.7", False),
    "ipv4-of-a-network": ("192.0.2.0/24", "192.0.2.7", True),
    "ipv4-of-a-loose-network": ("192.0.2.9/24", "192.0.2.7", True),
    "ipv4-of-another-network": ("198.51.100.0/24", "192.0.2.7", False),
    "ipv6": ("2001:db8::1", "2001:db8::1", True),
    "ipv6-bare-with-digits-of-the-port": ("2001:db8::443", "2001:db8::443", True),
    "ipv6-in-brackets": ("[2001:db8::1]", "[2001:db8::1]", True),
    "ipv6-and-port": ("[2001:db8::1]:443", "2001:db8::1", True),
    "ipv6-of-a-network": ("2001:db8::/32", "2001:db8::1", True),
    "ipv6-against-ipv4": ("::/0", "192.0.2.7", False),
    "network-against-name": ("0.0.0.0/0", HOST, False),
    "name-against-ipv4": ("example.com", "192.0.2.7", False),
}


@pytest.mark.parametrize(("entry", "host", "expected"), ENTRIES.values(), ids=ENTRIES)
def test_entry(entry: str, host: str, *, expected: bool) -> None:
    """Each form covers what curl, or requests for ports, says that it covers, and nothing else."""
    assert no_proxy.covers(entry, host, 443) is expected


def test_looser_readings_count_where_it_matters() -> None:
    """Some programs take an entry for whatever ends with it."""
    assert no_proxy.could_cover("trade.com", HOST, 443)
    assert no_proxy.could_cover("snaptrade.com", HOST, 443)
    assert not no_proxy.could_cover("example.com", HOST, 443)


ENVIRONMENTS = {
    "none": ({}, ()),
    "commas-and-spaces": ({"NO_PROXY": "a, b c,,d "}, ("a", "b", "c", "d")),
    "lower-case-first": ({"NO_PROXY": "a", "no_proxy": "b"}, ("b",)),
    "lower-case-empty": ({"NO_PROXY": "a", "no_proxy": ""}, ()),
}


@pytest.mark.parametrize(("environ", "expected"), ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_entries(environ: dict[str, str], expected: tuple[str, ...]) -> None:
    """Entries stand between commas or white space, in the variable that comes first."""
    assert no_proxy.entries(environ) == expected
