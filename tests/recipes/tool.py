"""The tools that have a recipe, in the order of the table in `docs/recipes`, and the ways on which each was run."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from tests.recipes import bruno, command_lines, http_file, node_programs, postman, python_programs, sdk_programs
from tests.recipes.calls import CALLS, Call
from tests.recipes.way import Name, Way

EVERY_WAY: Final[tuple[Name, ...]] = ("reverse", "forward", "exec")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool, its page, and what its recipe runs."""

    name: str
    page: str
    script: Callable[[Way], str]
    """Return what is typed into a shell, in `docs/recipes`, to make all calls by a way."""
    agent: str
    """A pattern of the User-Agent that the API sees."""
    variables: str
    """What the tool makes of the variables that name a proxy and a bundle of certificates."""
    ways: tuple[Name, ...] = EVERY_WAY
    """Those of the recipe: a test runs each of them."""
    calls: Callable[[Way], tuple[Call, ...]] = attrgetter("calls")
    """Return those that the script makes by a way."""


def _all(_: Way) -> tuple[Call, ...]:
    return CALLS


def _of_snaptrade(_: Way) -> tuple[Call, ...]:
    return tuple(call for call in CALLS if call.api == "snaptrade")


TOOLS: Final = (
    Tool("curl", "curl.md", command_lines.curl, r"curl/", "honoured"),
    Tool("HTTPie", "httpie.md", command_lines.httpie, r"HTTPie/", "honoured"),
    Tool("wget", "wget.md", command_lines.wget, r"Wget/", "the proxy; `--ca-certificate` names the bundle"),
    Tool("Postman (newman)", "postman.md", postman.newman, r"PostmanRuntime/", "honoured", calls=_all),
    Tool("Bruno (bru)", "bruno.md", bruno.bru, r"bruno-runtime/", "honoured", calls=_all),
    Tool(
        "HTTP file (httpyac)",
        "http-file.md",
        http_file.httpyac,
        r"httpyac",
        "honoured with `NODE_USE_ENV_PROXY=1`, which `exec` sets",
        calls=_all,
    ),
    Tool("Python requests", "python.md", python_programs.requests, r"python-requests/", "honoured"),
    Tool("Python httpx", "python.md", python_programs.httpx, r"python-httpx/", "honoured"),
    Tool(
        "Python httpx, HTTP/2",
        "python.md",
        python_programs.httpx_http2,
        r"python-httpx/",
        "honoured",
        ("reverse", "exec"),
    ),
    Tool("Python aiohttp", "python.md", python_programs.aiohttp, r"aiohttp/", "honoured with `trust_env=True`"),
    Tool(
        "Node fetch", "node.md", node_programs.fetch, r"node", "honoured with `NODE_USE_ENV_PROXY=1`, which `exec` sets"
    ),
    Tool("Node axios", "node.md", node_programs.axios, r"axios/", "honoured"),
    Tool(
        "SnapTrade's Python SDK",
        "sdk-python.md",
        sdk_programs.python,
        r"Konfig/.*python",
        "ignored: change `host`",
        ("reverse",),
        calls=_of_snaptrade,
    ),
    Tool(
        "SnapTrade's TypeScript SDK",
        "sdk-typescript.md",
        sdk_programs.typescript,
        r"Konfig/.*/typescript",
        "honoured",
        ("reverse", "exec"),
        calls=_of_snaptrade,
    ),
)
