"""`signer-proxy sign` prints what the daemon would send, and what it prints can be sent by the tools it is for."""

import json
import re
import time
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

import pytest

from signer_proxy.crypto.envelope import seal
from signer_proxy.schemes.snaptrade_signature import sign_base, signature_base
from tests.cli.command import failed, run
from tests.cli.shell import in_shell
from tests.end_to_end.pti.api import Api
from tests.end_to_end.pti.profiles import config, write_keys
from tests.end_to_end.recording import Recording
from tests.settings.writing import rsa_key, write

KEY: Final = "consumer-key-of-the-tests"
JSON: Final = "Content-Type: application/json"


def snaptrade(origin: str = "https://api.example.com", more: str = "") -> str:
    """Return a config: `p` may trade and is the default, `reader` may read; `bare` has no default and one profile."""
    profiles = "\n".join(
        f"""
        [profiles.{name}]
        upstream = "{api}"
        scheme = "snaptrade-signature"
        client_id = "ID"
        consumer_key = {{ env = "KEY" }}
        {line}
        """
        for name, api, line in (
            ("p", "api", 'access = "trade"'),
            ("reader", "api", 'access = "read"'),
            ("b", "bare", ""),
        )
    )
    return f"""
        version = 1
        [upstreams.api]
        url = "{origin}"
        port = 18080
        default_profile = "p"
        [upstreams.bare]
        url = "https://bare.example.com/api/v1"
        port = 18081
        {profiles}
        {more}
    """


def sign(folder: Path, *arguments: str | Path, text: str | None = None, stdin: bytes = b"") -> CompletedProcess[bytes]:
    """Sign with a config, which is `snaptrade()` where there is no other."""
    write(folder / "signer-proxy.toml", text or snaptrade())
    return run("sign", *arguments, cwd=folder, environ={"KEY": KEY}, stdin=stdin)


def printed(done: CompletedProcess[bytes]) -> str:
    """Return what a command printed that did what it should."""
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def as_json(done: CompletedProcess[bytes]) -> dict[str, Any]:
    """Return the request that was printed with --json."""
    found: dict[str, Any] = json.loads(printed(done))
    return found


def signature(url: str, content: bytes = b"null") -> str:
    """Return the signature of a URL that leaves, by the rule; `content` is the body in canonical form."""
    path, _, query = url.removeprefix("https://").partition("?")
    base = signature_base(content, f"/{path.partition('/')[2]}".encode(), query.encode())
    return sign_base(KEY.encode(), base)


def test_request_is_printed(tmp_path: Path) -> None:
    """The line and the headers that would leave are on stdout, and the key is nowhere."""
    before = int(time.time())
    done = sign(tmp_path, "GET", "/accounts?userId=alice", "--profile", "p", "-H", "X-Mine: 1", "-H", "Signature: old")
    line, *headers = printed(done).splitlines()
    found = re.fullmatch(r"GET (https://api\.example\.com/accounts\?userId=alice&clientId=ID&timestamp=(\d+))", line)
    assert found is not None, line
    assert before <= int(found[2]) <= time.time()
    assert headers == ["Host: api.example.com", "X-Mine: 1", f"Signature: {signature(found[1])}"]
    assert done.stderr == b""


URLS: Final = {
    "path": (("/accounts", "--profile", "p"), "https://api.example.com/accounts"),
    "path-with-profile": (("/accounts", "--profile", "b"), "https://bare.example.com/api/v1/accounts"),
    "profile-in-header": (("/accounts", "-H", "Signer-Profile: b"), "https://bare.example.com/api/v1/accounts"),
    "real": (("https://api.example.com/accounts",), "https://api.example.com/accounts"),
    "real-without-a-path": (("https://api.example.com?a=b",), "https://api.example.com/?a=b"),
    "real-in-capitals": (("HTTPS://API.Example.com:443/Accounts",), "https://api.example.com/Accounts"),
    "real-as-plain-http": (("http://api.example.com/accounts",), "https://api.example.com/accounts"),
    "reverse-port": (("http://127.0.0.1:18081/accounts", "--profile", "b"), "https://bare.example.com/api/v1/accounts"),
    "reverse-name": (("http://api.localhost:18080/accounts",), "https://api.example.com/accounts"),
    "odd-bytes": (
        ("https://api.example.com/a%2fb%20c?x=%C3%a9&y=1+2&&z?",),
        "https://api.example.com/a%2fb%20c?x=%C3%a9&y=1+2&&z?",
    ),
}


@pytest.mark.parametrize(("arguments", "url"), URLS.values(), ids=URLS)
def test_urls(arguments: tuple[str, ...], url: str, tmp_path: Path) -> None:
    """A URL leads to the upstream that it names, and every byte of its target stays."""
    found = as_json(sign(tmp_path, "GET", *arguments, "--json"))["url"]
    assert re.fullmatch(rf"{re.escape(url)}[?&]clientId=ID&timestamp=\d+", found), found


REFUSED: Final = {
    "foreign-host": (("GET", "https://evil.example/accounts"), "must lead to an upstream, got 'evil.example'"),
    "password-in-url": (("GET", "https://me:hush-hush@evil.example/"), "must lead to an upstream, got 'evil.example'"),
    "foreign-port": (("GET", "http://127.0.0.1:9/accounts"), "must lead to an upstream"),
    "no-url": (("GET", "accounts"), "URL: must be https://"),
    "two-upstreams": (("GET", "/accounts", "--profile", "nobody"), "the path alone fits the upstreams api, bare"),
    "no-default": (("GET", "https://bare.example.com/accounts"), "unknown-profile: upstream 'bare' has no default"),
    "other-upstream": (("GET", "https://api.example.com/", "--profile", "b"), "unknown-profile: Signer-Profile 'b'"),
    "access": (("POST", "/trade/place", "-d", "{}", "--profile", "reader"), "access-denied: profile 'reader': POST"),
    "fragment": (("GET", "https://api.example.com/a#b"), "not-signable: the target holds '#'"),
    "non-ascii": (("GET", "https://api.example.com/é"), "not-signable: the target holds"),
    "no-json": (("POST", "https://api.example.com/symbols", "-d", "hush-hush"), "not-signable: "),
    "method": (("get", "https://api.example.com/"), "bad-request: method 'get'"),
    "header-of-two-lines": (("GET", "https://api.example.com/", "-H", "A: b\nEvil: c"), "bad-request: the header A"),
    "no-file": (("POST", "https://api.example.com/symbols", "-d", "@nowhere"), "nowhere cannot be read"),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """What the daemon would refuse is refused, with the same sentence and no secret, and nothing is printed."""
    text = snaptrade().replace('default_profile = "p"', "") if "two-upstreams" in words else None
    line = failed(sign(tmp_path, *arguments, text=text))
    assert words in line
    assert "hush-hush" not in line


def test_usage(tmp_path: Path) -> None:
    """A header without a colon is wrong usage."""
    done = sign(tmp_path, "GET", "/", "-H", "hush-hush")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"hush-hush" not in done.stderr


@pytest.mark.parametrize("forms", [("--curl", "--json"), ("--httpie", "--explain"), ("--json", "--curl")])
def test_two_forms(forms: tuple[str, str], tmp_path: Path) -> None:
    """A request is printed in one form: two are wrong usage, and nothing is signed."""
    done = sign(tmp_path, "GET", "/accounts", "--profile", "p", *forms)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "a request is printed in one form, got --" in done.stderr.decode()


def test_explanation(tmp_path: Path) -> None:
    """--explain shows the signature base to the byte, the digest, and what became of what the client sent."""
    target = "/trade/impact?timestamp=1&userId=a"
    text = printed(sign(tmp_path, "POST", target, "-d", '{"b": 1, "a": "é"}', "--explain", "--profile", "p"))
    base = text.splitlines()[-1]
    assert base.startswith('{"content":{"a":"\\u00e9","b":1},"path":"/trade/impact","query":"userId=a&clientId=ID&')
    assert f"digest:   {sign_base(KEY.encode(), base.encode())}\n" in text
    assert "added:    clientId, Signature\nreplaced: timestamp\nremoved:  nothing\n" in text
    assert "profile:  p, snaptrade-signature\naccess:   read\n" in text


def test_content_type(tmp_path: Path) -> None:
    """A body is JSON where nobody says otherwise, and what somebody says is kept, with the daemon's warning."""
    path = "https://api.example.com/symbols"
    assert ["Content-Type", "application/json"] in as_json(sign(tmp_path, "POST", path, "-d", "{}", "--json"))[
        "headers"
    ]
    found = as_json(sign(tmp_path, "POST", path, "-d", "{}", "-H", "content-type: text/plain", "--json"))
    assert [pair for pair in found["headers"] if pair[0].lower() == "content-type"] == [["content-type", "text/plain"]]
    assert found["warnings"] == ["content-type"]
    assert "Content-Type" not in printed(sign(tmp_path, "GET", "/accounts", "--profile", "p"))


BODIES: Final[dict[str, bytes]] = {
    "quotes": b"""{"a": "it's \\"quoted\\" $HOME `id` \\\\ !"}""",
    "lines": b'{\n  "a": 1\r\n}\n',
    "at": b'"@file"',
    "beyond-ascii": '{"ü": "😀"}'.encode(),
    "percent": b'{"%s": "%%\\u0000"}',
    "empty": b"",
}
TOOLS: Final = ("curl", "httpie")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_ready_commands(tool: str, body: bytes, upstream: Recording, tmp_path: Path) -> None:
    """A printed command, typed into a shell, sends the very bytes that were signed."""
    arguments = ("POST", f"{upstream.origin}/symbols?q=a%20b&x='", "-d", "@-", "-H", "X-Note: it's", f"--{tool}")
    command = printed(sign(tmp_path, *arguments, text=snaptrade(upstream.origin), stdin=body))
    done = in_shell(command, tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    (raw,) = upstream.requests
    head, _, sent = raw.partition(b"\r\n\r\n")
    assert sent == body
    assert head.startswith(b"POST /symbols?q=a%20b&x='&clientId=ID&timestamp=")
    assert b"\r\nX-Note: it's" in head
    content = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode() if body else b"null"
    path, _, query = head.split(b" ", 2)[1].partition(b"?")
    assert f"\r\nSignature: {sign_base(KEY.encode(), signature_base(content, path, query))}".encode() in head


@pytest.mark.parametrize("tool", TOOLS)
def test_commands_are_verified(tool: str, pti: Api, tmp_path: Path) -> None:
    """PTI's stand-in verifies what they send, bytes that are no text among it."""
    write_keys(tmp_path)
    body = bytes(range(256)) * 2
    arguments = ("POST", f"{pti.origin}/v1/users", "-d", "@-", "-H", "Content-Type: text/x", f"--{tool}")
    done = in_shell(printed(sign(tmp_path, *arguments, text=config(pti.origin), stdin=body)), tmp_path)
    assert done.returncode in (0, 4), done.stderr.decode()
    (asked,) = pti.asked
    assert (asked.verdict, asked.body) == ("verified", body)


@pytest.mark.parametrize(("tool", "method"), [("curl", "HEAD"), ("curl", "DELETE"), ("httpie", "DELETE")])
def test_methods_without_a_body(tool: str, method: str, upstream: Recording, tmp_path: Path) -> None:
    """Other methods go out as they are, with no body and no length."""
    command = printed(sign(tmp_path, method, f"{upstream.origin}/x", f"--{tool}", text=snaptrade(upstream.origin)))
    assert in_shell(command, tmp_path).returncode == 0
    (raw,) = upstream.requests
    assert raw.startswith(f"{method} /x?clientId=ID".encode())
    assert b"content-type" not in raw.lower()


def test_head_with_a_body(upstream: Recording, tmp_path: Path) -> None:
    """Curl cannot send one, so there is no command for it; HTTPie can."""
    arguments = ("HEAD", f"{upstream.origin}/x", "-d", "{}")
    text = snaptrade(upstream.origin)
    for body in ("{}", ""):
        line = failed(sign(tmp_path, *arguments[:-1], body, "--curl", text=text))
        assert "curl sends no body with HEAD (leave -d away, or take --httpie)" in line
    assert in_shell(printed(sign(tmp_path, *arguments, "--httpie", text=text)), tmp_path).returncode == 0
    (raw,) = upstream.requests
    assert raw.startswith(b"HEAD /x?clientId=ID")
    assert raw.endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("target", ["/a/../b", "/./a//b/..", "/.."])
def test_path_as_it_is(tool: str, target: str, upstream: Recording, tmp_path: Path) -> None:
    """Dots in a path, which a profile that may trade can send, reach the API as they were signed."""
    arguments = ("GET", f"{upstream.origin}{target}", f"--{tool}")
    done = in_shell(printed(sign(tmp_path, *arguments, text=snaptrade(upstream.origin))), tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    sent = upstream.requests[0].split(b" ", 2)[1]
    assert sent.startswith(f"{target}?clientId=ID&timestamp=".encode())
    path, _, query = sent.partition(b"?")
    signed = sign_base(KEY.encode(), signature_base(b"null", path, query))
    assert f"\r\nSignature: {signed}\r\n".encode() in upstream.requests[0]


@pytest.mark.parametrize("target", ["/a%2fb", "/%41", "/a[1]", '/a"b', "/%zz", "//a"])
def test_httpie_is_not_trusted_with_every_url(target: str, upstream: Recording, tmp_path: Path) -> None:
    """HTTPie would write some URLs anew, so that the signature were wrong: there is no command then; curl has one."""
    text = snaptrade(upstream.origin)
    url = f"{upstream.origin}{target}"
    assert "take --curl" in failed(sign(tmp_path, "GET", url, "--httpie", text=text))
    assert in_shell(printed(sign(tmp_path, "GET", url, "--curl", text=text)), tmp_path).returncode == 0
    assert upstream.requests[0].startswith(f"GET {target}?clientId=ID".encode())


def test_token_of_a_file(tmp_path: Path) -> None:
    """A token in a file is opened here, and nobody is called."""
    key = rsa_key()
    write(tmp_path / "key.pem", key.pem())
    write(tmp_path / "token.json", json.dumps(seal("token-of-alice", key.public)))
    profile = """
        [profiles.alice]
        upstream = "api"
        scheme = "snaptrade-jwt"
        private_key = { file = "key.pem" }
        token = { file = "token.json" }
    """
    arguments = ("GET", "/accounts?userId=alice&x=1", "--profile", "alice")
    done = sign(tmp_path, *arguments, text=snaptrade(more=profile))
    assert printed(done).splitlines() == [
        "GET https://api.example.com/accounts?x=1",
        "Host: api.example.com",
        "Authorization: JWT token-of-alice",
    ]
    assert done.stderr == b""
    (tmp_path / "token.json").unlink()
    assert (
        "token-unavailable: profile 'alice'" in sign(tmp_path, *arguments, text=snaptrade(more=profile)).stderr.decode()
    )


def test_token_that_takes_a_call(pti: Api, tmp_path: Path) -> None:
    """A single-use token is fetched, which is said; the request that it is for is not sent."""
    write_keys(tmp_path)
    text = config(pti.origin)
    name = next(name for name in re.findall(r"profiles\.(\S+)\]\s+upstream = \S+\s+scheme = \"pti-token\"", text))
    done = sign(tmp_path, "GET", f"{pti.origin}/v1/users", "--profile", name, "--json", text=text)
    assert ["x-pti-token", pti.issued[0]] in as_json(done)["headers"]
    assert pti.others == []
    assert done.stderr.decode() == f"sign: calling for a token, which profile {name} needs ...\n"


def test_remembered_user(tmp_path: Path) -> None:
    """A userSecret that the profile's users keep is added as the daemon adds it."""
    users = {"version": 1, "clients": {"ID": {"alice": "remembered"}}}
    write(tmp_path / "users.json", json.dumps(users))
    text = snaptrade().replace('access = "trade"', 'users = { file = "users.json" }')
    found = as_json(sign(tmp_path, "GET", "/accounts?userId=alice", "--profile", "p", "--json", text=text))
    assert found["url"].startswith("https://api.example.com/accounts?userId=alice&userSecret=remembered&clientId=ID")
    assert (found["profile"], found["access"], found["method"]) == ("p", "read", "GET")


def test_body_that_is_no_text(tmp_path: Path) -> None:
    """JSON has no place for any bytes, so they stand there in Base64."""
    write_keys(tmp_path)
    text = config("http://127.0.0.1:9")
    found = as_json(sign(tmp_path, "POST", "/users", "-d", "@-", "--json", text=text, stdin=b"\xff\x00"))
    assert found["body_base64"] == "/wA="
    assert "body" not in found


def test_path_alone(tmp_path: Path) -> None:
    """A path leads to the one upstream of a config that has no other."""
    text = re.sub(r"\[upstreams\.bare\].*?(?=\[profiles)", "", snaptrade(), flags=re.DOTALL).partition("[profiles.b]")[
        0
    ]
    assert as_json(sign(tmp_path, "GET", "/x", "--json", text=text))["url"].startswith("https://api.example.com/x?")


def test_token_is_no_signature(pti: Api, tmp_path: Path) -> None:
    """Under pti-token nothing is signed, which --explain says."""
    write_keys(tmp_path)
    arguments = ("GET", f"{pti.origin}/v1/users", "--profile", "token", "--explain")
    text = printed(sign(tmp_path, *arguments, text=config(pti.origin)))
    assert text.endswith("no signature: the token alone speaks for the request\n")
