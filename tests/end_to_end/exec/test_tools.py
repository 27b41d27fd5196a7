"""Real programs under `exec`, at the API's real URL: signed there, and left alone everywhere else."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.exec.stage import API, Stage

URL = f"https://{API}/accounts"
HERE = Path(__file__).parent

REQUESTS = "import requests, sys; print(requests.get(sys.argv[1]).text)"
HTTPX = "import httpx, sys; print(httpx.get(sys.argv[1]).text)"
HTTPX_2 = "import httpx, sys; print(httpx.Client(http2=True).get(sys.argv[1]).text)"
URLLIB = "import urllib.request, sys; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
AIOHTTP = """
import aiohttp, asyncio, sys
async def main():
    async with aiohttp.ClientSession(trust_env=True) as session, session.get(sys.argv[1]) as answer:
        print(await answer.text())
asyncio.run(main())
"""
PROGRAMS: dict[str, tuple[str | Path, ...]] = {
    "curl": ("curl", "-sS"),
    "wget": ("sh", "-c", 'wget -qO- --ca-certificate="$SSL_CERT_FILE" "$1"', "sh"),
    "requests": (sys.executable, "-W", "error", "-c", REQUESTS),
    "httpx": (sys.executable, "-c", HTTPX),
    "httpx-http2": (sys.executable, "-c", HTTPX_2),
    "urllib": (sys.executable, "-c", URLLIB),
    "aiohttp": (sys.executable, "-c", AIOHTTP),
    "java": ("java", HERE / "Get.java"),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_call_to_the_api_is_signed(stage: Stage, program: tuple[str | Path, ...]) -> None:
    """A program without a key reads accounts at the real URL, by way of one tunnel upstream."""
    done = stage.run(*program, URL)
    assert done.returncode == 0, done.stderr
    assert '"id"' in done.stdout
    assert stage.proxy.asked == [f"CONNECT {API}:443 HTTP/1.1"]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_foreign_host_is_left_alone(stage: Stage, program: tuple[str | Path, ...]) -> None:
    """Another host gets what the program sends, unsigned, and is verified with the user's own authorities."""
    done = stage.run(*program, f"{stage.foreign_url}/hello.txt")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "hello from afar"
    (head,) = stage.foreign.heads
    assert "ignature" not in head
    assert "Via" not in head
    assert stage.proxy.asked == []


def test_certificate_of_a_foreign_host_is_its_own(stage: Stage) -> None:
    """Nobody looks into the tunnel: its end shows what the foreign host shows."""
    shown = subprocess.check_output(
        ["openssl", "x509", "-in", stage.folder / "127.0.0.2.pem", "-noout", "-serial"], text=True
    )
    there = 'openssl s_client -proxy "${HTTPS_PROXY#http://}" -connect "$1" 2>/dev/null | openssl x509 -noout -serial'
    done = stage.run("sh", "-c", there, "sh", stage.foreign_url.removeprefix("https://"))
    assert done.stdout == shown


def test_git_reads_a_foreign_repository(stage: Stage) -> None:
    """Proxy and authorities reach git by its variables."""
    repository = stage.folder / "foreign" / "some.git"
    subprocess.run(["git", "init", "--quiet", "--bare", repository], check=True)
    subprocess.run(["git", "update-server-info"], cwd=repository, check=True)
    done = stage.run("git", "ls-remote", f"{stage.foreign_url}/some.git")
    assert (done.returncode, done.stderr) == (0, "")
    assert "GET /some.git/info/refs?service=git-upload-pack HTTP/1.1" in stage.foreign.heads[0]


NODE = """
const [http, https, tls] = ["http", "https", "tls"].map(name => require(`node:${name}`));
const proxy = new URL(process.env.HTTPS_PROXY), {hostname, href} = new URL(process.argv[1]), path = `${hostname}:443`;
http.request({host: proxy.hostname, port: proxy.port, method: "CONNECT", path, headers: {host: path}})
  .on("connect", (_, socket) => {
    const createConnection = () => tls.connect({socket, servername: hostname});
    https.get(href, {createConnection, defaultPort: 443}, answer => answer.pipe(process.stdout));
  }).end();
"""


def test_node_believes_us(stage: Stage) -> None:
    """A Node.js library that reads the proxy variables, as axios does, meets a certificate that it trusts."""
    done = stage.run("node", "-e", NODE, URL)
    assert done.returncode == 0, done.stderr
    assert '"id"' in done.stdout


def test_upstream_in_the_clear(stage: Stage) -> None:
    """http:// to the API leaves as https, signed."""
    done = stage.run("curl", "-sSi", f"http://{API}/accounts")
    assert "sandbox-verdict: verified" in done.stdout.lower()
