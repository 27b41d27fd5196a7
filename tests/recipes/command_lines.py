"""curl, HTTPie and wget: one command a call."""

import shlex
from collections.abc import Callable

from tests.recipes.calls import Call
from tests.recipes.way import Way


def curl(way: Way) -> str:
    """Return a script of curl commands."""

    def command(call: Call) -> str:
        proxy = [] if way.proxy is None else ["-x", way.proxy]
        body = [] if call.body is None else ["--json", call.body]
        return shlex.join(["curl", "-sw", r"\n", *proxy, way.url(call), *body])

    return _script(way, command)


def httpie(way: Way) -> str:
    """Return a script of HTTPie commands; without `-I` it would read a script's standard input as the body."""

    def command(call: Call) -> str:
        proxy = [] if way.proxy is None else ["--proxy", f"http:{way.proxy}"]
        body = [] if call.body is None else ["--raw", call.body]
        return shlex.join(["http", "-I", *proxy, call.method, way.url(call), *body])

    return _script(way, command)


def wget(way: Way) -> str:
    """Return a script of wget commands; wget ends with 8 when it is answered with an error."""

    def command(call: Call) -> str:
        proxy = [] if way.proxy is None else ["-e", f"http_proxy={way.proxy}"]
        is_error = call.status >= 400
        asking = ["--content-on-error"] if is_error else []
        if call.body is not None:
            asking += ["--header", "Content-Type: application/json", "--post-data", call.body]
        # It is linked to GnuTLS, which does not look at SSL_CERT_FILE.
        trust = ' --ca-certificate="$SSL_CERT_FILE"' if way.name == "exec" else ""
        line = f"{shlex.join(['wget', '-qO-', *proxy])}{trust} {shlex.join([*asking, way.url(call)])}"
        return f"{line} || [ $? = 8 ]" if is_error else line

    return _script(way, command)


def under_exec(command: str, source: str) -> str:
    """Return the lines that give source text to a command under `signer-proxy exec`."""
    return f"signer-proxy exec -- {command} <<'END'\n{source}\nEND"


def _script(way: Way, command: Callable[[Call], str]) -> str:
    """Return all commands with their titles; under `exec` one shell runs them."""
    commands = "\n".join(f"# {call.title}\n{command(call)}" for call in way.calls)
    return under_exec("sh -e", commands) if way.name == "exec" else commands
