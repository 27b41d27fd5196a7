"""HTTP files, as VS Code's REST Client, JetBrains' HTTP Client and httpyac read them: one for each way."""

from tests.recipes.calls import CALLS, Call
from tests.recipes.way import WAYS, Way


def files() -> dict[str, str]:
    """Return the text of each file by its path below `docs/recipes`."""
    return {path(way): _text(way) for way in WAYS.values()}


def path(way: Way) -> str:
    """Return the path of a way's file."""
    return f"http/{way.name}.http"


def httpyac(way: Way) -> str:
    """Return the command that runs the file; Node knows by the variables alone that there is a proxy."""
    command = f"httpyac send {path(way)} --all"
    if way.name == "exec":
        return f"signer-proxy exec -- {command}"
    return command if way.proxy is None else f"NODE_USE_ENV_PROXY=1 HTTP_PROXY={way.proxy} {command}"


def _text(way: Way) -> str:
    return f"@snaptrade = {way.snaptrade}\n@pti = {way.pti}\n" + "".join(map(_request, CALLS))


def _request(call: Call) -> str:
    request = f"\n### {call.title}\n{call.method} {{{{{call.api}}}}}{call.path}\n"
    return request if call.body is None else f"{request}Content-Type: application/json\n\n{call.body}\n"
