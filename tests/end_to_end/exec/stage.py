"""Where commands run under `exec`: the sandbox stands behind the API's real name, and other hosts beside it."""

import functools
import os
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from signer_proxy.authority.authority import Authority
from tests.certificates import server_context
from tests.connect_proxy import ConnectProxy, connect_proxy
from tests.end_to_end.conftest import SANDBOX_CLIENT
from tests.end_to_end.daemon import PATIENCE, PROGRAM, free_port

API: Final = "api.snaptrade.com"
FOREIGN: Final = "127.0.0.2"  # no exception covers it, and no upstream has it
SECRET: Final = SANDBOX_CLIENT.consumer_key


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base
        """Keep the head of a request."""
        assert isinstance(self.server, ForeignServer)
        self.server.heads.append(f"{self.requestline}\n{self.headers}")


class ForeignServer(ThreadingHTTPServer):
    """A host that is none of ours, which shows the files of a directory."""

    def __init__(self, folder: Path) -> None:
        super().__init__((FOREIGN, 0), functools.partial(_Handler, directory=str(folder)))
        self.heads: list[str] = []


@dataclass(slots=True)
class Stage:
    """What commands run with."""

    folder: Path
    """Where they run, with the config in it."""
    proxy: ConnectProxy
    """The way to the API: our own way upstream is by a corporate proxy, since no DNS here knows the API."""
    foreign: ForeignServer
    authorities: Path
    """What the user trusts, with the sandbox's and the foreign host's certificate."""
    port: int
    """Of the upstream."""
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def foreign_url(self) -> str:
        """The foreign host's URL."""
        return f"https://{FOREIGN}:{self.foreign.server_port}"

    def command(self, *words: str | Path) -> list[str | Path]:
        """Return a command as it runs under `exec`."""
        return [PROGRAM, "exec", "--", *words]

    def run(self, *words: str | Path, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command under `exec` to its end."""
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env={**self.environ, **(extra or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )

    def leftovers(self) -> list[Path]:
        """Return what stands in the directory of temporary files, but for the daemon's sockets."""
        temporary = Path(self.environ["TMPDIR"])
        return [file for file in temporary.iterdir() if file.name != f"signer-proxy-{os.geteuid()}"]


CONFIG: Final = """
    version = 1
    [upstreams.snaptrade]
    url = "https://{api}"
    port = {port}
    default_profile = "partner"
    [profiles.partner]
    upstream = "snaptrade"
    scheme = "snaptrade-signature"
    client_id = {{ env = "THE_ID" }}
    consumer_key = {{ env = "THE_KEY" }}
    user_id = "alice"
    user_secret = {{ env = "ALICE_SECRET" }}
    access = "trade"
"""


@asynccontextmanager
async def api_behind_a_proxy(sandbox: int, authority: Authority, folder: Path) -> AsyncIterator[ConnectProxy]:
    """Open a corporate proxy behind which the sandbox answers by the API's name."""
    async with connect_proxy(sandbox, end=_shown(authority, API, folder)) as proxy:
        yield proxy


@contextmanager
def foreign_host(authority: Authority, folder: Path) -> Iterator[ForeignServer]:
    """Open a host that is none of ours."""
    files = folder / "foreign"
    files.mkdir()
    (files / "hello.txt").write_text("hello from afar")
    context = _shown(authority, FOREIGN, folder)
    with ForeignServer(files) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()


def set_up(folder: Path, proxy: ConnectProxy, foreign: ForeignServer, authorities: Path) -> Stage:
    """Write the config, and return what commands run with."""
    port = free_port()
    config = folder / "signer-proxy.toml"
    config.write_text(CONFIG.format(api=API, port=port))
    for name in ("tmp", "state", "runtime"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    environ = {
        "PATH": f"{PROGRAM.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "SSL_CERT_FILE": str(authorities),
        "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
        "THE_ID": SANDBOX_CLIENT.client_id,
        "THE_KEY": SECRET,
        "ALICE_SECRET": SANDBOX_CLIENT.users["alice"],
    }
    return Stage(folder, proxy, foreign, authorities, port, environ)


def _shown(authority: Authority, host: str, folder: Path) -> ssl.SSLContext:
    leaf, chain = authority.leaf(host), folder / f"{host}.pem"
    chain.write_bytes(leaf.key_pem + leaf.chain_pem)
    return server_context(chain)
