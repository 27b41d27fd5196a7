"""The environment of a child: which exceptions stay, which secrets go."""

import shlex
from pathlib import Path

import pytest

from signer_proxy.child.trust import Trusted
from signer_proxy.child.variables import secret_variables, variables
from signer_proxy.control import Lease
from signer_proxy.settings.configuration import checked_draft
from tests.settings.writing import config

API = "https://api.snaptrade.com"
LOOPBACK = "localhost,127.0.0.1,::1"
TRUSTED = Trusted({"SSL_CERT_FILE": Path("/tmp/a.pem")}, Path("/tmp/a.p12"))
EXCEPTIONS = {
    "none": ("", [API], LOOPBACK),
    "kept": ("intern.example, 10.0.0.0/8 .corp", [API], f"intern.example,10.0.0.0/8,.corp,{LOOPBACK}"),
    "everything": ("*", [API], LOOPBACK),
    "name": ("api.snaptrade.com", [API], LOOPBACK),
    "name-above": (".snaptrade.com,com", [API], LOOPBACK),
    "name-with-port": ("api.snaptrade.com:443", [API], LOOPBACK),
    "name-with-the-port-of-http": ("api.snaptrade.com:80", [API], LOOPBACK),
    "name-with-another-port": ("api.snaptrade.com:8443", [API], f"api.snaptrade.com:8443,{LOOPBACK}"),
    "end-of-a-label": ("trade.com", [API], LOOPBACK),
    "upstream-here": ("", ["http://127.0.0.1:7000"], ""),
    "upstream-here-by-name": ("", ["http://api.localhost:7000"], ""),
    "upstream-here-and-own": (
        "127.0.0.2,127.0.0.0/8,[::1]:80,.localhost,*.localhost,localhost:1,127.0.0.3:9,10.0.0.0/8,a:1",
        [API, "http://[::1]:7000"],
        "10.0.0.0/8,a:1",
    ),
    "network-of-an-upstream": ("192.0.2.0/24", ["https://192.0.2.7/v1"], LOOPBACK),
    "twice": ("::1,a,a", [API], "::1,a,localhost,127.0.0.1"),
}


@pytest.mark.parametrize(("own", "upstreams", "expected"), EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_exceptions(own: str, upstreams: list[str], expected: str) -> None:
    """Everything stays that covers no upstream, by anybody's reading."""
    found = variables({"NO_PROXY": own}, (), Lease(9, tuple(upstreams), ""), TRUSTED)
    assert found["NO_PROXY"] == found["no_proxy"] == expected


JAVA = {
    "elsewhere": (API, "intern.example|*.intern.example|localhost|*.localhost|127.0.0.1|[::1]"),
    "here": ("http://localhost:7000", ""),
}


@pytest.mark.parametrize(("upstream", "expected"), JAVA.values(), ids=JAVA)
def test_exceptions_of_java(upstream: str, expected: str) -> None:
    """Java adds this machine to the exceptions unless there are none, so with an upstream here it gets none."""
    found = variables({"NO_PROXY": "intern.example"}, (), Lease(9, (upstream,), ""), TRUSTED)
    assert f"-Dhttp.nonProxyHosts={expected}" in shlex.split(found["JAVA_TOOL_OPTIONS"])


def test_token_is_escaped_and_shown_nowhere() -> None:
    """Every byte of a token can stand in a URL; the lease can be shown without it, and is read as it was written."""
    lease = Lease(9, (API,), "PEM", "a:b/c@d%é")
    assert lease.url() == "http://signer:a%3Ab%2Fc%40d%25%C3%A9@127.0.0.1:9"
    assert "a:b" not in repr(lease)
    assert Lease.read(lease.line()) == lease


CONFIG = """
version = 1
[proxy]
client_token = { env = "TOKEN" }
[upstreams.api]
url = "https://api.snaptrade.com"
port = 8080
[profiles.partner]
upstream = "api"
scheme = "snaptrade-signature"
client_id = { env = "ID" }
consumer_key = { env = "KEY" }
user_id = "alice"
user_secret = { env = "USER_SECRET" }
[profiles.alice]
upstream = "api"
scheme = "snaptrade-jwt"
private_key = { file = "alice.pem", passphrase = { env = "PASSPHRASE" } }
[profiles.alice.token]
url = "https://app.example/token"
headers = { Authorization = { env = "SESSION" } }
"""


def test_every_secret_of_the_config_is_known(tmp_path: Path) -> None:
    """Keys, secrets, passphrases, headers and the client token go, unread; a client id is no secret."""
    found = secret_variables(checked_draft(config(tmp_path, CONFIG)))
    assert found == {"TOKEN", "KEY", "USER_SECRET", "PASSPHRASE", "SESSION"}


def test_secret_of_the_built_in_config_is_known() -> None:
    """So is the one that needs no file."""
    assert secret_variables(checked_draft(None)) == {"SNAPTRADE_CONSUMER_KEY"}
