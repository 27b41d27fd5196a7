"""`signer-proxy sandbox --pti-port` serves PTI's stand-in for the clients of the config."""

import json
import subprocess
import sys
import uuid
from email.utils import formatdate
from pathlib import Path

import httpx

from tests.jose_peer import private_jwk, signed, thumbprint
from tests.sandbox.pti.calling import JSON, header, payload
from tests.sandbox.test_command import running, urls

PROGRAM = Path(sys.executable).with_name("signer-proxy")
CONFIG = """
version = 1
[upstreams.pti]
url = "http://127.0.0.1:8091/v1"
port = 8082
[profiles.mine]
upstream = "pti"
scheme = "pti-signature"
client_id = "MINE"
private_key = { file = "mine.jwk" }
"""


def written(folder: Path, key: str) -> Path:
    """Write the config with its key, and return where it is."""
    for name, content in (("mine.jwk", key), ("signer-proxy.toml", CONFIG)):
        (folder / name).write_text(content, "utf-8")
        (folder / name).chmod(0o600)
    return folder / "signer-proxy.toml"


def test_key_of_the_config_signs(tmp_path: Path) -> None:
    """The second URL is PTI's, and a request that is signed with the config's key is verified there."""
    key = private_jwk("Ed25519")
    with running("--config", str(written(tmp_path, key)), "--pti-port", "0") as process:
        _, pti = urls(process, 2)
        assert pti.endswith("/v1")
        date = formatdate(usegmt=True)
        headers = {
            "Date": date,
            "x-pti-client-id": "MINE",
            "x-pti-request-id": str(uuid.uuid4()),
            "x-pti-signature": signed(key, payload("GET", "/v1/assets", b"", JSON, date, "MINE"), header(key, "MINE")),
        }
        answer = httpx.get(f"{pti}/assets", headers=headers, trust_env=False)
        assert (answer.status_code, answer.headers["Sandbox-Verdict"]) == (200, "verified")
        assert httpx.get(f"{pti}/assets", trust_env=False).status_code == 401


def test_clients_are_named_without_secrets(tmp_path: Path) -> None:
    """What is said of a client is its id and the name of its key."""
    key = private_jwk("Ed25519")
    path = written(tmp_path, key)
    process = subprocess.Popen(
        [PROGRAM, "sandbox", "--config", path, "--port", "0", "--pti-port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        urls(process, 2)
        process.terminate()
        said = process.communicate(timeout=20)[1]
    assert f"pti: knows the client MINE by {thumbprint(key)}" in said
    assert json.loads(key)["d"] not in said
    assert process.returncode == 0


def test_config_without_a_client_of_pti() -> None:
    """Where nobody could sign, one line says so, with exit code 1."""
    done = subprocess.run(
        [PROGRAM, "sandbox", "--port", "0", "--pti-port", "0"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "signer-proxy: pti: the config has no profile of a client of PTI" in done.stderr
    assert "Traceback" not in done.stderr
