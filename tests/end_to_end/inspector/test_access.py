"""Who may see the inspector, and what even they may not do."""

import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from signer_proxy.control import Control, socket_path
from tests.end_to_end.daemon import PROGRAM
from tests.end_to_end.inspector.stage import Stage
from tests.end_to_end.wire import ask, request

PATHS = ("/", "/flows", "/flows.json", "/flows/dump", "/updates", "/commands", "/events", "/options", "/state")


def port(stage: Stage) -> int:
    """Return the port of the inspector."""
    found = urlsplit(stage.ui.origin).port
    assert found is not None
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("authorization", ["", "Authorization: Bearer wrong", "Cookie: mitmproxy-auth-8081=y"])
def test_a_password(stage: Stage, path: str, authorization: str) -> None:
    """Without the password, or with another, there is nothing to see."""
    assert (
        ask(port(stage), request(port(stage), "GET", path, *([authorization] if authorization else []))).status == 403
    )


def test_the_password_leaves_the_address(stage: Stage) -> None:
    """The page's URL has the password in it once: what follows has a cookie that no script can read."""
    answer = requests.get(stage.ui.url, allow_redirects=False, timeout=20)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]


HOSTS = {
    "another name": ("evil.example", 403),
    "another name, this port": ("evil.example:{port}", 403),
    "a name that ends so": ("notlocalhost:{port}", 403),
    "this machine, another port": ("127.0.0.1:1", 403),
    "localhost": ("localhost:{port}", 200),
    "IPv6": ("[::1]:{port}", 200),
}


@pytest.mark.parametrize(("host", "status"), HOSTS.values(), ids=HOSTS)
def test_a_page_that_was_led_here(stage: Stage, host: str, status: int) -> None:
    """A Host that does not name this machine gets nothing, password or not."""
    named, password = host.format(port=port(stage)), f"Bearer {stage.ui.password}"
    answer = stage.ui.ask("GET", "/flows", Host=named, Authorization=password)
    assert answer.status_code == status
    assert ("Host header" in answer.text) == (status == 403)


REFUSED: dict[str, tuple[str, str, object]] = {
    "an option": ("PUT", "/options", {"mode": ["regular"]}),
    "saved options": ("POST", "/options/save", {}),
    "flows of others": ("POST", "/flows/dump", {}),
    "an icon": ("GET", "/executable-icon?path=/etc/passwd", None),
    **{
        command: ("POST", f"/commands/{command}", {"arguments": []})
        for command in (
            "set",
            "options.load",
            "options.save",
            "options.reset",
            "script.run",
            "save.file",
            "save.har",
            "cut.save",
            "readfile.reading",
            "view.flows.load",
            "view.flows.create",
            "replay.client.file",
            "export.file",
            "export.clip",
            "flow.set",
            "flow.kill",
        )
    },
}


@pytest.mark.parametrize(("method", "path", "content"), REFUSED.values(), ids=REFUSED)
def test_what_is_closed(stage: Stage, method: str, path: str, content: object) -> None:
    """Nothing that changes the proxy, reads a file or writes one is answered."""
    answer = stage.ui.ask(method, path, content)
    assert answer.status_code == 403
    assert "only shows" in answer.text


def test_what_is_open(stage: Stage) -> None:
    """The commands that are left are those of the list, and the options do not tell the password's hash."""
    assert set(stage.ui.ask("GET", "/commands").json()) == {"export", "export.formats", "replay.client"}
    options = stage.ui.ask("GET", "/options").json()
    assert "web_password" not in options
    assert "argon2" not in str(options)
    assert options["server"]["value"] is False, "the page would show a port that is none of ours"
    assert stage.ui.ask("GET", "/processes").json() == []


SITES = {"none": 200, "same-origin": 200, "same-site": 403, "cross-site": 403, "anything": 403}


@pytest.mark.parametrize(("site", "status"), SITES.items(), ids=SITES)
@pytest.mark.parametrize("path", ["/", "/flows", "/static/css/main.css"])
def test_another_page(stage: Stage, path: str, site: str, status: int) -> None:
    """What another page in the browser asks for is refused before a password is looked at, be it the right one."""
    password = f"Bearer {stage.ui.password}"
    answer = stage.ui.ask("GET", path, Authorization=password, **{"Sec-Fetch-Site": site})
    assert ("No other page" in answer.text, answer.status_code == 403) == ((status == 403), (status == 403))


def test_not_through_the_proxy(stage: Stage) -> None:
    """What passes on to other hosts does not pass on to the inspector."""
    with Control(socket_path(stage.daemon.config, {})).lease() as lease, socket.socket() as connection:
        connection.connect(("127.0.0.1", lease.port))
        for host in ("127.0.0.1", "localhost"):
            reply = ask(lease.port, b"CONNECT %b:%d HTTP/1.1\r\n\r\n" % (host.encode(), port(stage)), "CONNECT")
            assert reply.code == "no-upstream", reply


def test_where_the_password_is(stage: Stage) -> None:
    """A log has the page's address alone; the status tells that, too, and the link with the password to who asks."""
    assert stage.ui.password not in stage.daemon.output
    assert f"inspector: {stage.ui.origin}/ (`signer-proxy status --inspector` prints the link" in stage.daemon.output
    for words in (["--json"], []):
        shown = _status(stage, *words)
        assert str(port(stage)) in shown
        assert "inspector" in shown
        assert stage.ui.password not in shown
    assert _status(stage, "--inspector") == f"{stage.ui.url}\n"


def _status(stage: Stage, *words: str) -> str:
    command: list[str | Path] = [PROGRAM, "status", *words, "--config", stage.daemon.config]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
    return done.stdout
