"""Where the proxy listens: ports that differ, no way back to ourselves, no other machine without a token."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from signer_proxy.destination import DEFAULT_PORTS
from signer_proxy.settings.base_url import parse_base_url
from signer_proxy.settings.config_problem import KeyPath, Problem, written
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.got import got, quoted
from signer_proxy.settings.proxy import LOOPBACK
from signer_proxy.settings.token_check import sources

_OWN_PORTS: Final = ("forward_port", "admin_port")


def listening_check(draft: Draft) -> Iterator[Problem]:
    """Yield every problem of the ports and of what is reached through them."""
    yield from _other_machines(draft)
    yield from _same_ports(draft)
    yield from _loops(draft)
    yield from _same_authorities(draft)


def _other_machines(draft: Draft) -> Iterator[Problem]:
    host = draft.proxy.get("host", LOOPBACK)
    if host != LOOPBACK and "client_token" not in draft.proxy:
        yield Problem(
            ("proxy", "host"),
            f"must have client_token beside it, since other machines can reach it, {got(host)} "
            f'(write client_token = {{ env = "SIGNER_PROXY_TOKEN" }}, or host = "{LOOPBACK}")',
        )


def _ports(draft: Draft) -> Iterator[tuple[KeyPath, object]]:
    for name, upstream in draft.upstreams.items():
        if "port" in upstream:
            yield ("upstreams", name, "port"), upstream["port"]
    for key in _OWN_PORTS:
        if key in draft.proxy:
            yield ("proxy", key), draft.proxy[key]
    if "web_port" in draft.inspect:
        yield ("inspect", "web_port"), draft.inspect["web_port"]


def _same_ports(draft: Draft) -> Iterator[Problem]:
    first: dict[object, KeyPath] = {}
    for path, port in _ports(draft):
        other = first.setdefault(port, path)
        if other != path:
            yield Problem(path, f"must differ from every other port, got {port}, as {written(other)} (take another)")


def _loops(draft: Draft) -> Iterator[Problem]:
    ours = {port: path for path, port in _ports(draft)}
    for path, url, shown in _urls(draft):
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        # We listen on these addresses and on no other of this machine, such as 127.0.0.2.
        if port in ours and (host in ("127.0.0.1", "::1", "localhost") or host.endswith(".localhost")):
            yield Problem(
                path,
                f"must not lead back to this proxy, {got(shown)}, and {port} is {written(ours[port])}"
                " (name the API's own URL, or take another port)",
            )


def _urls(draft: Draft) -> Iterator[tuple[KeyPath, str, str]]:
    """Yield each URL that we call, with what may be shown of it."""
    for name, upstream in draft.upstreams.items():
        if isinstance(url := upstream.get("url"), str):
            yield ("upstreams", name, "url"), parse_base_url(url), url
    for name, source in sources(draft):
        if isinstance(url := source.get("url"), str):
            shown = url.partition("?")[0]  # the query may hold a secret
            yield ("profiles", name, "token", "url"), url, shown


def _same_authorities(draft: Draft) -> Iterator[Problem]:
    """Tell upstreams apart where requests name them by their host and port."""
    if "forward_port" not in draft.proxy:
        return
    first: dict[tuple[str | None, int], str] = {}
    for name, upstream in draft.upstreams.items():
        if isinstance(url := upstream.get("url"), str):
            parts = urlsplit(parse_base_url(url))
            other = first.setdefault((parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]), name)
            if other != name:
                yield Problem(
                    ("upstreams", name, "url"),
                    f"must differ in host or port from that of {quoted(other)} where forward_port is set, {got(url)}"
                    " (drop one of them, or forward_port)",
                )
