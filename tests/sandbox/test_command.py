"""`signer-proxy sandbox` serves the API's stand-in and, where it is asked to, a partner of it."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from signer_proxy.cli.sandbox import ACCOUNTS
from signer_proxy.crypto.envelope import open_envelope
from signer_proxy.crypto.rsa_key import PrivateKey

PROGRAM = Path(sys.executable).with_name("signer-proxy")
PERSONAL = """
version = 1
[upstreams.sandbox]
url = "http://127.0.0.1:8090"
port = 8080
[profiles.mine]
upstream = "sandbox"
scheme = "snaptrade-signature"
client_id = "PERSONAL"
consumer_key = "made-up"
account = "personal"
"""


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command on free ports until the block is left, and see that it ends well."""
    process = subprocess.Popen(
        [PROGRAM, "sandbox", "--port", "0", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def urls(process: subprocess.Popen[str], number: int) -> Sequence[str]:
    """Return the first lines of stdout: where to go."""
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(number)]


def test_sandbox_with_a_partner(private_key: PrivateKey) -> None:
    """The two URLs are printed, API first, and a client gets from the login to a direct call with them."""
    user, password = next(iter(ACCOUNTS.items()))
    with running("--partner-port", "0", "--token-life", "7") as process, httpx.Client(trust_env=False) as http:
        api, partner = urls(process, 2)
        session = http.post(f"{partner}/login", json={"user": user, "password": password}).json()["token"]
        http.headers["Authorization"] = f"Bearer {session}"
        http.post(f"{partner}/snaptrade/register", json={"rsaPublicKey": private_key.public.line()})
        token = open_envelope(http.post(f"{partner}/snaptrade/token").json(), private_key)
        answer = http.get(f"{api}/accounts", headers={"Authorization": f"JWT {token}"})
        assert (answer.status_code, answer.headers["Sandbox-Verdict"]) == (200, "verified")


def test_sandbox_alone() -> None:
    """Without being asked for, there is no partner."""
    with running() as process:
        (api,) = urls(process, 1)
        assert httpx.get(api, trust_env=False).json()["online"] is True
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_personal_client_has_no_partner(tmp_path: Path) -> None:
    """A config without a commercial client cannot have users with keys: one line says so, with exit code 1."""
    config = tmp_path / "personal.toml"
    config.write_text(PERSONAL, "utf-8")
    done = subprocess.run(
        [PROGRAM, "sandbox", "--config", config, "--port", "0", "--partner-port", "0"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "signer-proxy: partner: the config has no profile of a commercial client" in done.stderr
    assert "Traceback" not in done.stderr
