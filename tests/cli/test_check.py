"""`signer-proxy check` lists what is right and what is wrong, and never shows a secret."""

import json
import time
from email.utils import formatdate
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

import pytest

from signer_proxy.crypto.envelope import seal
from tests.certificates import DAY, NOW, server_context, write_certificate
from tests.cli.command import keyring_with, run, typed
from tests.end_to_end.background import Background
from tests.end_to_end.daemon import free_port
from tests.end_to_end.pti.api import Api
from tests.end_to_end.pti.profiles import config as pti_config
from tests.end_to_end.pti.profiles import write_keys
from tests.end_to_end.recording import Recording
from tests.faulty_upstream import OK, faulty_upstream, saying
from tests.settings.writing import jwk, rsa_key, script, write

SECRET: Final = "hush-hush-consumer-key"
PASSPHRASE: Final = "hush-hush-passphrase"


def upstream(origin: str = "https://api.example.com", port: int | None = None) -> str:
    """Return the head of a config, with one upstream."""
    return f"""
        version = 1
        [upstreams.api]
        url = "{origin}"
        port = {port or free_port()}
        default_profile = "p"
    """


def signing(name: str = "p", *, client_id: str = "PARTNER", key: str = '"partner-key"', more: str = "") -> str:
    """Return a profile that signs for SnapTrade."""
    return f"""
        [profiles.{name}]
        upstream = "api"
        scheme = "snaptrade-signature"
        client_id = "{client_id}"
        consumer_key = {key}
        {more}
    """


def check(folder: Path, text: str, *arguments: str, environ: dict[str, str] | None = None) -> CompletedProcess[bytes]:
    """Check a config; the daemon's socket would stand in the same folder."""
    write(folder / "signer-proxy.toml", text)
    done = run("check", *arguments, cwd=folder, environ={"XDG_RUNTIME_DIR": str(folder), **(environ or {})})
    assert b"hush-hush" not in done.stdout + done.stderr
    return done


def found(done: CompletedProcess[bytes]) -> dict[str, tuple[str, str]]:
    """Return the findings of --json by their subjects, each with its mark and its text."""
    findings: list[dict[str, str]] = json.loads(done.stdout)
    assert done.returncode == int(any(finding["mark"] == "problem" for finding in findings)), done.stderr
    return {finding["subject"]: (finding["mark"], finding["text"]) for finding in findings}


def test_everything_right(tmp_path: Path) -> None:
    """Each secret is listed by its reference, each key by its fingerprint, each file with its mode."""
    key = rsa_key()
    write(tmp_path / "pem", key.pem(PASSPHRASE))
    write(tmp_path / "pub", key.public.line(), 0o644)
    write(tmp_path / "jwk", jwk())
    write(tmp_path / "secret", SECRET)
    program = script(tmp_path, f"echo {SECRET}")
    text = (
        upstream()
        + signing("p", key='{ env = "KEY" }')
        + signing("f", key='{ file = "secret" }', more='rsa_public_key = { file = "pub" }')
        + signing("k", key='{ keyring = "snap/trade" }')
        + signing("c", key=f'{{ command = ["{program}"] }}')
        + """
        [profiles.j]
        upstream = "api"
        scheme = "snaptrade-jwt"
        private_key = { file = "pem", passphrase = { env = "PASSPHRASE" } }
        token = { file = "token" }
        [upstreams.pti]
        url = "https://pti.example.com/v1"
        port = PTI_PORT
        [profiles.s]
        upstream = "pti"
        scheme = "pti-signature"
        client_id = "X"
        private_key = { file = "jwk" }
        """
    )
    port = free_port()
    text = text.replace("PTI_PORT", str(port))
    environ = {"KEY": SECRET, "PASSPHRASE": PASSPHRASE, **keyring_with(tmp_path, "snap", "trade", SECRET)}
    findings = found(check(tmp_path, text, "--json", environ=environ))
    texts = {subject: text for subject, (mark, text) in findings.items() if mark == "ok"}
    assert texts["config"] == f"{tmp_path}/signer-proxy.toml: 2 upstreams, 6 profiles"
    assert texts["profiles.p.consumer_key"] == "found in environment variable KEY"
    assert texts["profiles.f.consumer_key"] == f"found in file {tmp_path}/secret, mode 0600"
    assert texts["profiles.k.consumer_key"] == "found in keyring entry snap/trade"
    assert texts["profiles.c.consumer_key"] == f"found in the output of program {program}"
    assert texts["profiles.j.private_key.passphrase"] == "found in environment variable PASSPHRASE"
    assert texts["profiles.j.private_key"] == f"RSA, 2048 bits, {key.fingerprint}, file {tmp_path}/pem, mode 0600"
    assert texts["profiles.f.rsa_public_key"] == f"RSA, 2048 bits, {key.public.fingerprint}"
    assert texts["profiles.s.private_key"].startswith("Ed25519, signs as EdDSA, thumbprint ")
    assert texts["daemon"].startswith("none runs on this config")
    assert texts["upstreams.pti.port"] == f"port {port} is free"
    assert "inspect.web_port" not in findings
    assert findings["profiles.j.token"] == (
        "warning",
        f"file {tmp_path}/token is not there yet (the token may come later)",
    )


def test_built_in(tmp_path: Path) -> None:
    """Without a file the built-in config is looked at, and its port."""
    environ = {"SNAPTRADE_CLIENT_ID": "ID", "SNAPTRADE_CONSUMER_KEY": SECRET, "XDG_RUNTIME_DIR": str(tmp_path)}
    findings = found(run("check", "--json", cwd=tmp_path, environ={**environ, "HOME": str(tmp_path)}))
    assert findings["config"] == ("ok", "built in, with the credentials of the environment: 1 upstream, 1 profile")
    assert findings["profiles.partner.consumer_key"][1] == "found in environment variable SNAPTRADE_CONSUMER_KEY"
    assert findings["upstreams.snaptrade.port"][1].startswith("port 8080 ")  # free or not


@pytest.mark.parametrize(("environ", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=["color", "NO_COLOR"])
def test_colors(environ: dict[str, str], colored: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets colors, unless NO_COLOR is set; the words are there for everybody."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    write(tmp_path / "signer-proxy.toml", upstream() + signing())
    code, shown = typed("check", cwd=tmp_path, answers=[])
    assert code == 0
    assert ("\x1b[32m" in shown) == colored
    assert "✓ ok" in shown


def test_live(sandbox: str, tmp_path: Path) -> None:
    """One signed call for each profile: a commercial key, a personal one, and keys that the API does not take."""
    text = (
        upstream(sandbox)
        + signing("p")
        + signing("m", client_id="MINE", key='"my-key"', more='account = "personal"')
        + signing("wrong", key='"hush-hush"')
        + signing("kind", client_id="MINE", key='"my-key"')
        + signing("denied", more='deny = ["GET /**"]')
    )
    done = check(tmp_path, text, "--live", "--json")
    findings = found(done)
    assert findings["upstreams.api"] == ("ok", f"{sandbox} can be reached, on this machine without TLS")
    assert findings["profiles.p"] == ("ok", "GET /snapTrade/partners was answered with 200")
    assert findings["profiles.m"] == ("ok", "GET /accounts was answered with 200")
    assert findings["profiles.wrong"] == (
        "problem",
        "GET /snapTrade/partners was answered with 401, code 1076 "
        "(the consumer key is another client's, or this machine's clock is wrong)",
    )
    assert findings["profiles.denied"][0] == "warning"
    assert findings["profiles.denied"][1].startswith("was not tried: GET /snapTrade/partners is covered by deny")
    assert findings["clock"] == ("ok", "is within 5 s of the API's")
    assert done.stderr.decode() == "check: asking the APIs ...\n"


def test_live_one_profile(sandbox: str, tmp_path: Path) -> None:
    """With --profile nobody else is asked."""
    findings = found(
        check(
            tmp_path,
            upstream(sandbox) + signing("p") + signing("wrong", key='"x"'),
            "--live",
            "--json",
            "--profile",
            "p",
        )
    )
    assert "profiles.wrong" not in findings
    assert findings["profiles.p"][0] == "ok"


def test_live_pti(pti: Api, tmp_path: Path) -> None:
    """PTI verifies a signature, and a single-use token is fetched and spent."""
    write_keys(tmp_path)
    findings = found(check(tmp_path, pti_config(pti.origin), "--live", "--json"))
    calls = {name: mark for name, (mark, text) in findings.items() if text == "GET /assets was answered with 200"}
    assert calls["profiles.ed25519-jwk"] == calls["profiles.token"] == "ok"
    assert {asked.target for asked in pti.others} == {"/v1/assets"}


def test_live_token(tmp_path: Path, sandbox: str) -> None:
    """A token that the API does not take is told apart from one that cannot be had."""
    write(tmp_path / "pem", rsa_key().pem())
    write(tmp_path / "token", json.dumps(seal("token", rsa_key().public)))
    profile = """
        [profiles.{name}]
        upstream = "api"
        scheme = "snaptrade-jwt"
        private_key = {{ file = "pem" }}
        token = {{ file = "{name}" }}
    """
    text = upstream(sandbox).replace('default_profile = "p"', "")
    text += profile.format(name="token") + profile.format(name="nowhere")
    findings = found(check(tmp_path, text, "--live", "--json"))
    assert findings["profiles.token"][1].startswith("GET /accounts was answered with 401")
    assert findings["profiles.nowhere"][1].startswith("token-unavailable: profile 'nowhere': no token: file")


ANSWERS: Final[dict[str, tuple[bytes, str, str]]] = {
    "limit": (b"HTTP/1.1 429 Too Many Requests", "warning", "the rate limit is used up"),
    "trouble": (b"HTTP/1.1 503 Service Unavailable", "warning", "the API has trouble of its own"),
    "redirect": (b"HTTP/1.1 302 Found\r\nLocation: /x", "problem", "redirects are not followed"),
    "refusal": (b"HTTP/1.1 403 Forbidden", "problem", 'is account = "commercial" or "personal" right'),
}


@pytest.mark.parametrize(("head", "mark", "words"), ANSWERS.values(), ids=ANSWERS)
def test_live_answers(head: bytes, mark: str, words: str, recorder: Recording, tmp_path: Path) -> None:
    """Each kind of answer has its advice, and a clock that is off is told with its distance."""
    date = formatdate(time.time() - 100, usegmt=True).encode()
    recorder.begin(saying(head + b"\r\nDate: " + date + b"\r\nContent-Length: 9\r\n\r\nhush-hush"))
    findings = found(check(tmp_path, upstream(recorder.origin) + signing(), "--live", "--json"))
    assert findings["profiles.p"][0] == mark
    assert words in findings["profiles.p"][1]
    assert findings["clock"][0] == "warning"
    assert "s off the API's" in findings["clock"][1]


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_live_tls(is_known: bool, background: Background, tmp_path: Path) -> None:
    """TLS is told with its version and its certificate's end; a certificate that is not trusted, with the way out."""
    certificate = write_certificate(tmp_path)
    environ = {"SSL_CERT_FILE": str(certificate)} if is_known else {}
    with background.opened(faulty_upstream(saying(OK), server_context(certificate))) as served:
        done = check(tmp_path, upstream(served.origin) + signing(), "--live", "--json", environ=environ)
    mark, text = found(done)["upstreams.api"]
    if is_known:
        assert mark == "warning"  # it ends tomorrow
        assert text.startswith(f"{served.origin} is verified, TLSv1.3, by a certificate until {NOW + DAY:%Y-%m-%d}")
    else:
        assert mark == "problem"
        assert "its certificate does not verify" in text


def test_live_unreachable(tmp_path: Path) -> None:
    """Where nobody listens, that is said for the upstream and for the profile."""
    findings = found(check(tmp_path, upstream(f"http://127.0.0.1:{free_port()}") + signing(), "--live", "--json"))
    assert "Connection refused" in findings["upstreams.api"][1]
    assert findings["profiles.p"][1].startswith("upstream-unreachable: ")


EXPLAINED: Final = {
    "trade": ("POST /trade/place", False, "trade", 'counts as "trade", beyond access = "write"'),
    "read": ("GET /accounts?userId=x", True, "read", 'counts as "read", within access = "write"'),
    "denied": ("DELETE /snapTrade/deleteUser", False, "write", "is covered by deny"),
    "ambiguous": ("GET /a/../trade", False, "trade", "could be read in two ways"),
}


@pytest.mark.parametrize(("question", "allowed", "access", "words"), EXPLAINED.values(), ids=EXPLAINED)
def test_explanation(question: str, allowed: bool, access: str, words: str, tmp_path: Path) -> None:
    """--explain says what the rules say, for each profile, and asks nobody; a no is a right answer, too."""
    text = upstream() + signing("p", more='deny = ["DELETE /snapTrade/**"]') + signing("t", more='access = "trade"')
    done = check(tmp_path, text, "--explain", question, "--json")
    verdicts: list[dict[str, Any]] = json.loads(done.stdout)
    assert done.returncode == 0
    assert [verdict["profile"] for verdict in verdicts] == ["p", "t"]
    assert (verdicts[0]["allowed"], verdicts[0]["access"]) == (allowed, access)
    assert words in verdicts[0]["why"]
    lines = check(tmp_path, text, "--explain", question, "--profile", "p").stdout.decode().splitlines()
    assert lines == [f"{'✓ allowed' if allowed else '✗ refused'} p: {verdicts[0]['why']}"]


WRONG: Final = {
    "no-path": (("--explain", "POST"), 1, "--explain takes a method and a path, as in 'POST /trade/place'"),
    "fragment": (("--explain", "GET /a#b"), 1, "in ASCII without '#'"),
    "profile": (("--explain", "GET /a", "--profile", "q"), 1, "--profile must name a profile of the config, got 'q'"),
    "both": (("--explain", "GET /a", "--live"), 2, "take it without --live"),
    "profile-alone": (("--profile", "p"), 2, "--profile belongs to --explain or --live"),
}


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG.values(), ids=WRONG)
def test_wrong_arguments(arguments: tuple[str, ...], code: int, words: str, tmp_path: Path) -> None:
    """What cannot be asked is told in a sentence."""
    done = check(tmp_path, upstream() + signing(), *arguments)
    assert done.returncode == code
    assert words in done.stderr.decode()
