"""An upstream's URL is https, or http on this machine, and can be read in one way only."""

import pytest

from signer_proxy.settings.base_url import parse_base_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        pytest.param("https://api.example.com", "https://api.example.com", id="plain"),
        pytest.param("HTTPS://API.Example.COM", "https://api.example.com", id="case"),
        pytest.param("https://api.example.com/", "https://api.example.com", id="slash"),
        pytest.param("https://api.example.com/v1/", "https://api.example.com/v1", id="path"),
        pytest.param("https://api.example.com:443/V1", "https://api.example.com/V1", id="default-port"),
        pytest.param("https://api.example.com:8443", "https://api.example.com:8443", id="port"),
        pytest.param("http://127.0.0.1:80", "http://127.0.0.1", id="http-default-port"),
        pytest.param("http://localhost:8090", "http://localhost:8090", id="localhost"),
        pytest.param("http://api.localhost:8090", "http://api.localhost:8090", id="below-localhost"),
        pytest.param("http://127.8.8.8:8090", "http://127.8.8.8:8090", id="loopback-net"),
        pytest.param("http://[0:0:0:0:0:0:0:1]:8090", "http://[::1]:8090", id="ipv6"),
        pytest.param("https://[2001:DB8::1]", "https://[2001:db8::1]", id="ipv6-anywhere"),
    ],
)
def test_url_has_one_form(text: str, url: str) -> None:
    """Case, default port and last slash make no difference; what was made is taken as it is."""
    assert parse_base_url(text) == url
    assert parse_base_url(url) == url


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param("", "must be a URL such as", id="empty"),
        pytest.param("api.example.com", "must be a URL such as", id="no-scheme"),
        pytest.param("https:api.example.com", "must be a URL such as", id="no-slashes"),
        pytest.param("https://[x", "must be a URL such as", id="bracket"),
        pytest.param("https://ä.example", "must be ASCII without spaces", id="not-ascii"),
        pytest.param("https://a b.example", "must be ASCII without spaces", id="space"),
        pytest.param("https://a.example/\n", "must be ASCII without spaces", id="newline"),
        pytest.param("https://a.example?", "must have no query", id="query"),
        pytest.param("https://a.example#", "must have no query and no fragment", id="fragment"),
        pytest.param("https://me@a.example", "must not hold a user", id="user"),
        pytest.param("ftp://a.example", "must begin with https://", id="ftp"),
        pytest.param("http://a.example", "must be https://", id="http"),
        pytest.param("http://localhost.example", "must be https://", id="http-like-localhost"),
        pytest.param("http://127.1", "must name an IPv4 address by its four parts", id="http-short-address"),
        pytest.param("https://127.1", "must name an IPv4 address by its four parts", id="short-address"),
        pytest.param("https://0x7f.0.0.0x1", "must name an IPv4 address by its four parts", id="hexadecimal-address"),
        pytest.param(
            "https://2130706433:80", "must name an IPv4 address by its four parts", id="address-in-one-number"
        ),
        pytest.param("https://api.example.1", "must name an IPv4 address by its four parts", id="name-with-a-number"),
        pytest.param("http://0.0.0.0", "must be https://", id="http-any-address"),
        pytest.param("http://[::2]", "must be https://", id="http-ipv6"),
        pytest.param("https://a.example:0", "must be a URL with a host and at most a port", id="port-zero"),
        pytest.param("https://a.example:65536", "must be a URL with a host and at most a port", id="port-large"),
        pytest.param("https://a.example:", "must be a URL with a host and at most a port", id="port-nothing"),
        pytest.param("https://:80", "must name a host", id="no-host"),
        pytest.param("https://-a.example", "must name a host", id="dash"),
        pytest.param("https://a..example", "must name a host", id="empty-label"),
        pytest.param("https://[::1%25lo]", "must name a host", id="scope"),
        pytest.param("https://[::g]", "must", id="no-ipv6"),
        pytest.param("https://a.example/a//b", "must have a path of letters", id="empty-segment"),
        pytest.param("https://a.example/../b", "must have a path of letters", id="dots"),
        pytest.param("https://a.example/%2e", "must have a path of letters", id="escape"),
    ],
)
def test_url_is_refused(text: str, rule: str) -> None:
    """What could lead elsewhere than it seems, or be listened to, is refused."""
    with pytest.raises(ValueError, match=f"^{rule}"):
        parse_base_url(text)


@pytest.mark.parametrize("text", ["https://me:hush@a.example", "https://a.example?key=hush", "https://a.example#hush"])
def test_what_may_be_secret_is_not_shown(text: str) -> None:
    """A user, a query and a fragment may hold secrets, so the error does not repeat them."""
    with pytest.raises(ValueError, match=r"^must") as caught:
        parse_base_url(text)
    assert "hush" not in str(caught.value)
