"""`signer-proxy diagnose` reads a request however it is told, and says which mistake was made, without the key."""

import hmac
import json
import shlex
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from signer_proxy.cli.curl_command import read_curl
from signer_proxy.cli.diagnose import command
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.flow_entry import read_flow
from signer_proxy.cli.har_entry import read_har
from signer_proxy.cli.raw_request import read_raw
from signer_proxy.cli.told_request import ToldRequest
from signer_proxy.diagnosis.fixes import FIXES
from tests.cli.command import failed, run
from tests.cli.flows import flow_file, posted
from tests.diagnosis.catalogue import PLAIN, TABLES
from tests.diagnosis.pti_signing import Asked, key, private_jwk
from tests.settings.writing import jwk, write

KEY: Final = "consumer-key-of-the-tests"
BODY: Final = '{"b": 1, "a": "it\'s"}'
CONFIG: Final = """
    version = 1
    [upstreams.api]
    url = "https://api.example.com"
    port = 18080
    default_profile = "p"
    [upstreams.pti]
    url = "https://pti.example.com/v1"
    port = 18082
    default_profile = "pti"
    [profiles.p]
    upstream = "api"
    scheme = "snaptrade-signature"
    client_id = "ID"
    consumer_key = { env = "KEY" }
    [profiles.other]
    upstream = "api"
    scheme = "snaptrade-signature"
    client_id = "OTHER"
    consumer_key = { env = "OTHER_KEY" }
    [profiles.pti]
    upstream = "pti"
    scheme = "pti-signature"
    client_id = "00000000-0000-0000-0000-000000000000"
    private_key = { file = "pti.jwk" }
"""


def signed(body: str = BODY, at: float | None = None, client: str = "ID", secret: str = KEY) -> tuple[str, str]:
    """Return the target and the signature of a POST, with white space in its JSON."""
    query = f"clientId={client}&timestamp={int(time.time() if at is None else at)}"
    members = {"content": json.loads(body), "path": "/symbols", "query": query}
    base = json.dumps(members, sort_keys=True).encode()
    return f"/symbols?{query}", b64encode(hmac.digest(secret.encode(), base, "sha256")).decode()


def diagnose(folder: Path, *arguments: str | Path, stdin: bytes = b"") -> CompletedProcess[bytes]:
    """Diagnose with the config."""
    write(folder / "signer-proxy.toml", CONFIG)
    write(folder / "pti.jwk", jwk())
    return run("diagnose", *arguments, cwd=folder, environ={"KEY": KEY, "OTHER_KEY": "other-key"}, stdin=stdin)


def found(done: CompletedProcess[bytes]) -> dict[str, Any]:
    """Return what was printed as JSON; no key is in what was printed at all."""
    assert KEY.encode() not in done.stdout + done.stderr
    assert done.stdout, done.stderr.decode()
    summary: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if summary["verdict"] == "right" else 1)
    return summary


def codes(done: CompletedProcess[bytes]) -> list[str]:
    """Return the codes of the mistakes that were printed."""
    return [mistake["code"] for mistake in found(done)["mistakes"]]


def as_curl(target: str, signature: str) -> bytes:
    """Write a curl command over some lines, as people do."""
    words = [f"https://api.example.com{target}", "-H", f"Signature: {signature}", "--data-raw", BODY, "-s", "-m", "5"]
    return f"$ curl {' '.join(map(shlex.quote, words[:1]))} \\\n  {shlex.join(words[1:])}\n".encode()


def as_raw(target: str, signature: str) -> bytes:
    """Write a request as it goes over the wire."""
    head = f"POST {target} HTTP/1.1\r\nHost: api.example.com\r\nSignature: {signature}\r\n"
    return f"{head}Content-Length: {len(BODY)}\r\n\r\n{BODY}\r\n\r\n".encode()


def as_typed_raw(target: str, signature: str) -> bytes:
    """Write a request as an editor keeps it."""
    return f"POST {target}\nSignature: {signature}\n\n{BODY}\n".encode()


def as_har(target: str, signature: str) -> bytes:
    """Write a HAR file with an entry that is of nobody's interest behind."""
    request = {
        "method": "POST",
        "url": f"https://api.example.com{target}",
        "headers": [{"name": "Signature", "value": signature}],
        "postData": {"mimeType": "application/json", "text": BODY},
    }
    entries = [{"request": request, "response": {"status": 401}}, {"request": {**request, "headers": []}}]
    return json.dumps({"log": {"entries": entries}}).encode()


def as_flow(target: str, signature: str) -> bytes:
    """Write a file of flows with one that is of nobody's interest behind."""
    signed_one = posted(target, {"Signature": signature}, BODY, status=401)
    return flow_file(signed_one, posted("/accounts", {}, "", status=401))


WAYS: Final[dict[str, tuple[str, Callable[[str, str], bytes]]]] = {
    "curl": ("--curl", as_curl),
    "raw": ("--raw", as_raw),
    "typed-raw": ("--raw", as_typed_raw),
    "har": ("--har", as_har),
    "flow": ("--flow", as_flow),
}


@pytest.mark.parametrize(("option", "write_down"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("is_stdin", [True, False], ids=["stdin", "file"])
def test_ways_to_tell(option: str, write_down: Callable[[str, str], bytes], is_stdin: bool, tmp_path: Path) -> None:
    """A request is the same in each form, from a file and from stdin."""
    content = write_down(*signed())
    file = tmp_path / "request"
    file.write_bytes(content)
    done = diagnose(tmp_path, option, "-" if is_stdin else file, "--json", stdin=content)
    assert codes(done) == ["json-white-space"]
    assert found(done)["profile"] == "p"


CURLS: Final[dict[str, tuple[str, str, bytes]]] = {
    "cluster": ("curl -sX PUT https://x/a", "PUT", b""),
    "cluster-with-header": ("curl -sSfH 'Signature: s' https://x/a", "GET", b""),
    "chrome": ("curl 'https://x/a' --data-raw $'{\"a\":\"it\\'s \\u00e9\\n\"}'", "POST", '{"a":"it\'s é\n"}'.encode()),
    "pipe": ('curl -s https://x/a -d \'{"a":"b|c > d"}\' 2>/dev/null | jq . > out.json', "POST", b'{"a":"b|c > d"}'),
    "redirection": ("curl https://x/a > out 2>&1", "GET", b""),
    "then": ("curl https://x/a && echo done; ls", "GET", b""),
    "assignment": ("KEY='a b' X=1 curl https://x/a", "GET", b""),
    "dollar-in-single-quotes": ('curl https://x/a -d \'{"a":"$HOME"}\'', "POST", b'{"a":"$HOME"}'),
    "escaped-dollar": ('curl https://x/a -d "\\$HOME"', "POST", b"$HOME"),
    "many-flags": ("curl -fsSLk --compressed -XDELETE https://x/a", "DELETE", b""),
}


@pytest.mark.parametrize(("text", "method", "body"), CURLS.values(), ids=CURLS)
def test_curl_is_read_as_a_shell_does(text: str, method: str, body: bytes) -> None:
    """Clusters of flags, quotes of every kind, and what stands around the command."""
    received = read_curl(text, "stdin").received
    assert (received.method, received.target, received.body) == (method, b"/a", body)


def test_arguments(tmp_path: Path) -> None:
    """Method, URL, headers and body are taken from the command line as well; a right request is right."""
    target, signature = signed()
    words = ("POST", target, "-H", f"Signature: {signature}", "-d", BODY, "--json")
    assert codes(diagnose(tmp_path, *words)) == ["json-white-space"]
    printed = run("sign", "POST", "/symbols", "-d", BODY, "--profile", "p", "--curl", cwd=tmp_path, environ=ENVIRON)
    assert found(diagnose(tmp_path, "--curl", "-", "--json", stdin=printed.stdout))["verdict"] == "right"


ENVIRON: Final = {"KEY": KEY, "OTHER_KEY": "other-key"}


def test_profile_is_the_one_of_the_client_id(tmp_path: Path) -> None:
    """The clientId says whose request it is; --profile says otherwise, and its key is then another one's."""
    target, signature = signed(client="OTHER", secret="other-key")
    words = ("POST", target, "-H", f"Signature: {signature}", "-d", BODY, "--json")
    assert found(diagnose(tmp_path, *words))["profile"] == "other"
    assert codes(diagnose(tmp_path, *words, "--profile", "p")) == [
        "json-white-space",
        "key-of-another-profile",
        "client-id-wrong",
    ]


def test_time_of_a_har_entry_counts(tmp_path: Path) -> None:
    """What was fresh when the browser sent it is not stale."""
    target, signature = signed(at=1_700_000_000)
    har = json.loads(as_har(target, signature))
    assert codes(diagnose(tmp_path, "--har", "-", "--json", stdin=json.dumps(har).encode())) == [
        "json-white-space",
        "timestamp-stale",
    ]
    har["log"]["entries"][0]["startedDateTime"] = "2023-11-14T22:13:21.000Z"
    assert codes(diagnose(tmp_path, "--har", "-", "--json", stdin=json.dumps(har).encode())) == ["json-white-space"]


@pytest.mark.parametrize("language", FIXES)
def test_text_shows_sentence_fix_and_difference(language: str, tmp_path: Path) -> None:
    """What a person reads has the code, the line that mends it, and both bases."""
    target, signature = signed()
    words = ("POST", target, "-H", f"Signature: {signature}", "-d", BODY, "--lang", language)
    done = diagnose(tmp_path, *words)
    text = done.stdout.decode()
    assert done.returncode == 1
    assert "explained by 1 mistake (p, snaptrade-signature)" in text
    assert "1. json-white-space: " in text
    assert FIXES[language]["spacing"].splitlines()[0] in text
    assert '{"content":{"a":"it\'s","b":1},' in text
    assert '{"content": {"a": "it\'s", "b": 1},' in text
    assert "they differ first at sign 12" in text
    assert KEY not in text


def test_json_has_the_fix_beside_each_mistake(tmp_path: Path) -> None:
    """A program finds the line of the language in the mistake itself."""
    target, signature = signed()
    done = diagnose(tmp_path, "POST", target, "-H", f"Signature: {signature}", "-d", BODY, "--lang", "go", "--json")
    summary = found(done)
    assert summary["mistakes"][0]["fix"] == FIXES["go"]["spacing"]
    assert "fixes" not in summary


def test_form_of_the_profile_is_right(tmp_path: Path) -> None:
    """Under canonical_json = "utf8" what the proxy signs is right."""
    write(tmp_path / "signer-proxy.toml", CONFIG.replace('env = "KEY" }', 'env = "KEY" }\n    canonical_json = "utf8"'))
    write(tmp_path / "pti.jwk", jwk())
    words = ("sign", "POST", "/symbols", "-d", '{"a": "é"}', "--profile", "p", "--curl")
    printed = run(*words, cwd=tmp_path, environ=ENVIRON)
    done = run("diagnose", "--curl", "-", "--json", cwd=tmp_path, environ=ENVIRON, stdin=printed.stdout)
    assert found(done)["verdict"] == "right", done.stdout


def test_unexplained_says_what_is_left(tmp_path: Path) -> None:
    """Where nothing fits, the key comes first."""
    target, _ = signed()
    done = diagnose(tmp_path, "POST", target, "-H", "Signature: AAAA", "-d", BODY)
    text = done.stdout.decode()
    assert done.returncode == 1
    assert text.startswith("unexplained: ")
    assert "the signature base that is right:" in text
    assert text.index("the consumer key is another one") > text.index("left, the likeliest first:")


def test_pti(tmp_path: Path) -> None:
    """A JWS is compared with the profile's key."""
    asked = Asked(lines=lambda lines: [lines[0], lines[1].lower(), *lines[2:]], date="Tue, 14 Nov 2023 22:13:20 GMT")
    write(tmp_path / "signer-proxy.toml", CONFIG)
    write(tmp_path / "pti.jwk", json.dumps(private_jwk(key("ed25519"))))
    received = asked.received()
    words = [word for name, value in received.headers for word in ("-H", f"{name.decode()}: {value.decode()}")]
    url = f"https://pti.example.com{received.target.decode()}"
    arguments = ("diagnose", "POST", url, *words, "-d", received.body.decode(), "--json")
    assert codes(run(*arguments, cwd=tmp_path, environ=ENVIRON)) == ["digest-lower-case", "date-stale"]


WRONG: Final = {
    "no-curl": (("--curl", "-"), b"wget https://x", "stdin: must be a curl command"),
    "quotes": (("--curl", "-"), b"curl 'https://x", "stdin: must be one curl command"),
    "form": (("--curl", "-"), b"curl https://x -F a=b", "-F sends a multipart form"),
    "variable": (
        ("--curl", "-"),
        b'curl https://x -H "Signature: $SIG"',
        "the command holds $SIG, which a shell fills",
    ),
    "command": (("--curl", "-"), b'curl https://x -H "Signature: $(sign)"', "a command of its own"),
    "two-urls": (("--curl", "-"), b"curl https://x https://y", "with one URL, got 2"),
    "body-in-file": (("--curl", "-"), b"curl https://x -d @f", "the body is in a file"),
    "no-raw": (("--raw", "-"), b"hello", "must begin with a request line"),
    "no-colon": (("--raw", "-"), b"GET / HTTP/1.1\nhello\n\n", "a line without a colon"),
    "no-har": (("--har", "-"), b"[]", "must be a HAR file"),
    "entry": (("--har", "-", "--entry", "9"), as_har("/", "x"), "--entry must be 1 to 2, got 9"),
    "no-flow": (("--flow", "-"), b"12:abc", "must be a file of flows, as `mitmdump -w` writes it, got no flows"),
    "har-as-flow": (("--flow", "-"), as_har("/", "x"), "got JSON"),
    "half-a-flow": (("--flow", "-"), as_flow("/", "x")[:-9], "or flows that are damaged"),
    "empty-flow": (("--flow", "-"), b"", "must hold a request, got none"),
    "flow-entry": (("--flow", "-", "--entry", "9"), as_flow("/", "x"), "--entry must be 1 to 2, got 9"),
    "flow-without-body": (("--flow", "-"), flow_file(posted("/", {}, None)), "the request's body is not in the file"),
    "hidden-header": (("GET", "/", "-H", "Signature: ***"), b"", "the request's Signature is ***, which signer-proxy"),
    "hidden-parameter": (("GET", "/?userSecret=***", "-H", "Signature: x"), b"", "the request's userSecret is ***"),
    "no-url": (("GET", "accounts"), b"", "URL: the URL must be"),
    "no-profile": (("GET", "/accounts", "--profile", "q"), b"", "must name a profile, got 'q'"),
    "no-file": (("--raw", "missing.txt"), b"", "missing.txt cannot be read"),
}


@pytest.mark.parametrize(("arguments", "stdin", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_read(arguments: tuple[str, ...], stdin: bytes, said: str, tmp_path: Path) -> None:
    """It is said in a line, with exit code 1."""
    assert said in failed(diagnose(tmp_path, *arguments, stdin=stdin))


@pytest.mark.parametrize(
    "arguments", [(), ("GET",), ("GET", "/a", "--raw", "-"), ("--raw", "-", "-d", "x"), ("GET", "/a", "--entry", "1")]
)
def test_wrong_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """One request is asked for, in one way."""
    assert diagnose(tmp_path, *arguments).returncode == 2


def test_every_mistake_has_a_fix() -> None:
    """Each language has a line for the same topics."""
    topics = set(FIXES["python"])
    assert all(set(lines) == topics for lines in FIXES.values())
    assert len([*PLAIN, *(name for entries in TABLES.values() for name in entries)]) > 100


READERS: Final[tuple[Callable[[bytes], ToldRequest], ...]] = (
    lambda raw: read_curl(raw.decode("utf-8", "surrogateescape"), "stdin"),
    lambda raw: read_raw(raw, "stdin"),
    lambda raw: read_har(raw, "stdin"),
    lambda raw: read_flow(raw, "stdin"),
)


@settings(max_examples=150, deadline=None)
@given(
    content=st.binary(max_size=200),
    head=st.sampled_from([b"", b"curl ", b"GET / HTTP/1.1\n", b'{"log": ', b"9:4:type;4:"]),
)
def test_nothing_breaks_the_reading(content: bytes, head: bytes) -> None:
    """Whatever is in a file, it is read or refused in a sentence."""
    for read in READERS:
        with suppress(Failure):
            read(head + content)


def test_help_names_the_ways() -> None:
    """--help says how a request is told."""
    said = CliRunner().invoke(command, ["--help"]).output
    assert all(option in said for option in ("--curl", "--raw", "--har", "--flow", "--lang", "--json", "--profile"))
