"""Where the proxy listens, and whom it lets in, as the config says it."""

from pathlib import Path

import pytest

from signer_proxy.assembly import build
from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import load
from tests.settings.writing import ENVIRON, config, minimal

SECOND = '\n[upstreams.other]\nurl = "{url}"\nport = 8081\n'
TOKEN = 'client_token = { env = "TOKEN" }'


def proxy(*lines: str) -> str:
    """Return a config with lines in [proxy]."""
    return "\n".join([minimal(), "[proxy]", *lines, ""])


def problems(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a config, without its path; TOKEN is in the environment."""
    path = config(folder, text)
    try:
        load(path, {**ENVIRON, "TOKEN": "hush", "BAD": "hush\u20ac"})
    except ConfigError as e:
        return [problem.removeprefix(f"{path}: ") for problem in e.problems]
    return []


WRONG = {
    "host-without-token": (
        proxy('host = "0.0.0.0"'),
        [
            'proxy.host: must have client_token beside it, since other machines can reach it, got "0.0.0.0" '
            '(write client_token = { env = "SIGNER_PROXY_TOKEN" }, or host = "127.0.0.1")'
        ],
    ),
    "host-name": (
        proxy('host = "signer.example"', TOKEN),
        [
            'proxy.host: must be an IP address, such as "127.0.0.1" or "0.0.0.0", got "signer.example"',
        ],
    ),
    "allowed-host": (
        proxy('allowed_hosts = ["http://signer"]'),
        [
            'proxy.allowed_hosts[0]: must be a host, with or without a port, such as "signer-proxy:8080", '
            'got "http://signer" (Further Host values, such as "signer-proxy:8080" in a container)'
        ],
    ),
    "origin": (
        proxy('allowed_origins = ["localhost:3000"]'),
        [
            'proxy.allowed_origins[0]: must be the origin of pages, such as "http://localhost:3000", '
            'got "localhost:3000" (Pages that may call us, such as "http://localhost:3000")'
        ],
    ),
    "token-missing": (
        proxy('client_token = { env = "NO_SUCH" }'),
        [
            "proxy.client_token: environment variable NO_SUCH is not set (export it, or use { file = … })",
        ],
    ),
    "token-beyond-ascii": (
        proxy('client_token = { env = "BAD" }'),
        [
            "proxy.client_token: must be printable ASCII text on one line, got other signs "
            "(copy it again, and nothing else)"
        ],
    ),
    "forward-is-an-upstreams-port": (
        proxy("forward_port = 8080"),
        ["proxy.forward_port: must differ from every other port, got 8080, as upstreams.api.port (take another)"],
    ),
    "admin-is-the-forward-port": (
        proxy("forward_port = 8888", "admin_port = 8888"),
        ["proxy.admin_port: must differ from every other port, got 8888, as proxy.forward_port (take another)"],
    ),
    "upstream-at-the-forward-port": (
        proxy("forward_port = 8888").replace("https://api.example.com", "http://localhost:8888"),
        [
            'upstreams.api.url: must not lead back to this proxy, got "http://localhost:8888", and 8888 is '
            "proxy.forward_port (name the API's own URL, or take another port)"
        ],
    ),
    "one-host-twice": (
        proxy("forward_port = 8888") + SECOND.format(url="https://API.example.com:443/api/v1"),
        [
            'upstreams.other.url: must differ in host or port from that of "api" where forward_port is set, '
            'got "https://API.example.com:443/api/v1" (drop one of them, or forward_port)'
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_problem_is_one_line_that_says_everything(text: str, expected: list[str], tmp_path: Path) -> None:
    """A mistake is told with its key, rule, what was got and the way out."""
    assert problems(tmp_path, text) == expected


RIGHT = {
    "other-machines-with-a-token": proxy('host = "0.0.0.0"', TOKEN),
    "ipv6": proxy('host = "::"', TOKEN),
    "one-host-without-a-forward-port": minimal() + SECOND.format(url="https://api.example.com/api/v1"),
    "one-host-with-two-ports": proxy("forward_port = 8888") + SECOND.format(url="https://api.example.com:8443"),
    "all-ports": proxy("forward_port = 8888", "admin_port = 8079"),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_right_config_loads(text: str, tmp_path: Path) -> None:
    """What can be told apart, and what nobody else can reach, is right."""
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        pytest.param("http://localhost:3000", b"http://localhost:3000", id="port"),
        pytest.param("HTTPS://App.Example", b"https://app.example", id="upper-case"),
        pytest.param("http://app.example:80", b"http://app.example", id="default-port-of-http"),
        pytest.param("https://app.example:443", b"https://app.example", id="default-port-of-https"),
        pytest.param("chrome-extension://abcdef", b"chrome-extension://abcdef", id="extension"),
        pytest.param("http://[::1]:3000", b"http://[::1]:3000", id="ipv6"),
    ],
)
def test_origins_are_compared_as_browsers_write_them(written: str, compared: bytes, tmp_path: Path) -> None:
    """An origin has its scheme and host in lower case, and no port that its scheme implies: RFC 6454, section 6.2."""
    path = config(tmp_path, proxy(f'allowed_origins = ["{written}"]'))
    assert build(load(path, ENVIRON)).trust.allowed_origins == {compared}


@pytest.mark.parametrize("origin", ["null", "*", "http://localhost:3000/", "localhost:3000", "http://a b"])
def test_what_is_no_origin_is_refused(origin: str, tmp_path: Path) -> None:
    """An origin has a scheme and a host, and no path; every page of a file says `null`."""
    assert [line.partition(":")[0] for line in problems(tmp_path, proxy(f'allowed_origins = ["{origin}"]'))] == [
        "proxy.allowed_origins[0]"
    ]


def test_token_is_a_secret(tmp_path: Path) -> None:
    """The token is had where the config says, and no repr of the runtime shows it."""
    runtime = build(load(config(tmp_path, proxy(TOKEN)), {**ENVIRON, "TOKEN": "hush"}))
    assert runtime.trust.client_token is not None
    assert runtime.trust.client_token.get_secret_value() == "hush"
    assert "hush" not in repr(runtime)
