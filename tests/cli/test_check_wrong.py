"""`signer-proxy check` says of a config that is wrong what is right in it, too."""

import json
import socket
from pathlib import Path

from tests.cli.test_check import PASSPHRASE, SECRET, check, found, signing, upstream
from tests.end_to_end.daemon import free_port
from tests.settings.writing import jwk, rsa_key, script, write


def test_everything_wrong(tmp_path: Path) -> None:
    """All problems are listed at once, each with its way out, and the exit code is 1."""
    write(tmp_path / "open", SECRET, 0o644)
    text = upstream() + signing("p", key='{ env = "KEY" }') + signing("q", key='{ file = "open" }', more="acess = 1")
    done = check(tmp_path, text)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1
    wrong = [line for line in lines if line.startswith("✗ wrong   config: ")]
    assert len(wrong) == 3, lines
    for words in ("environment variable KEY is not set", f"chmod 600 {tmp_path}/open", "profiles.q.acess"):
        assert any(words in line for line in wrong), lines
    assert any(line.startswith("✓ ok      daemon: none runs") for line in lines)
    assert lines[-1].startswith("✓ ok      upstreams.api.port: port ")


def test_what_is_right_in_it(tmp_path: Path) -> None:
    """One problem hides no finding: secrets, keys, modes, plain text, ports; and no program is asked twice."""
    write(tmp_path / "pem", rsa_key().pem(PASSPHRASE))
    write(tmp_path / "pub", rsa_key().public.line(), 0o644)
    write(tmp_path / "jwk", jwk())
    write(tmp_path / "broken", "no key")
    write(tmp_path / "secret", SECRET)
    program = script(tmp_path, f"echo asked >> {tmp_path}/asked; echo {SECRET}")
    pti_port = free_port()
    text = (
        upstream()
        + signing("p", key='{ env = "NOBODY_HAS_IT" }')
        + signing("f", key='{ file = "secret" }', more='rsa_public_key = { file = "pub" }')
        + signing("c", key=f'{{ command = ["{program}"] }}')
        + signing("open", key='"hush-hush"')
        + f"""
        [profiles.j]
        upstream = "api"
        scheme = "snaptrade-jwt"
        private_key = {{ file = "pem", passphrase = {{ env = "PASSPHRASE" }} }}
        token = {{ file = "token" }}
        [upstreams.pti]
        url = "https://pti.example.com/v1"
        port = {pti_port}
        [profiles.s]
        upstream = "pti"
        scheme = "pti-signature"
        client_id = "X"
        private_key = {{ file = "jwk" }}
        [profiles.b]
        upstream = "pti"
        scheme = "pti-signature"
        client_id = "X"
        private_key = {{ file = "broken" }}
        """
    )
    done = check(tmp_path, text, "--json", environ={"PASSPHRASE": PASSPHRASE})
    findings: list[dict[str, str]] = json.loads(done.stdout)
    right = {finding["subject"]: finding["text"] for finding in findings if finding["mark"] == "ok"}
    wrong = [finding["text"] for finding in findings if finding["mark"] == "problem"]
    assert len(wrong) == 2, wrong
    assert right["profiles.f.consumer_key"] == f"found in file {tmp_path}/secret, mode 0600"
    assert right["profiles.c.consumer_key"] == f"found in the output of program {program}"
    assert right["profiles.j.private_key"] == f"found in file {tmp_path}/pem, mode 0600"
    assert right["profiles.j.private_key.passphrase"] == "found in environment variable PASSPHRASE"
    assert right["profiles.s.private_key"] == f"found in file {tmp_path}/jwk, mode 0600"
    assert right["profiles.f.rsa_public_key"] == f"found in file {tmp_path}/pub, mode 0644"
    assert right["upstreams.pti.port"] == f"port {pti_port} is free"
    assert right.keys().isdisjoint({"profiles.p.consumer_key", "profiles.b.private_key", "config"})
    warnings = {finding["subject"]: finding["text"] for finding in findings if finding["mark"] == "warning"}
    assert "profiles.open.consumer_key: stands in the config as plain text" in warnings["config"]
    assert warnings["profiles.j.token"].endswith("is not there yet (the token may come later)")
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_wrong_port(tmp_path: Path) -> None:
    """A port that is no port is said once, and the others are looked at all the same."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        text = upstream(port=taken.getsockname()[1]) + signing() + '[proxy]\nadmin_port = "x"\nhost = "nonsense"\n'
        findings = found(check(tmp_path, text, "--json"))
    assert findings["upstreams.api.port"][0] == "problem"
    assert "proxy.admin_port" not in findings


def test_no_toml(tmp_path: Path) -> None:
    """Of what is no TOML nothing is known but that; whether a daemon runs on it is still said."""
    findings = found(check(tmp_path, "[upstreams", "--json"))
    assert findings.keys() == {"config", "daemon"}


def test_files_of_ours(tmp_path: Path) -> None:
    """The audit's and the inspector's files stand under their keys, and need not be there."""
    write(tmp_path / "audit.jsonl", "")
    text = upstream() + signing() + '[audit]\nfile = "audit.jsonl"\n[inspect]\nsave = "flows.mitm"\n'
    findings = found(check(tmp_path, text, "--json"))
    assert findings["audit.file"] == ("ok", f"file {tmp_path}/audit.jsonl is there")
    assert findings["inspect.save"] == ("ok", f"file {tmp_path}/flows.mitm is not there yet (we make it)")
