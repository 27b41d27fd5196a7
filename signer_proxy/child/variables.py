"""The environment of a child: everything of ours but the secrets, and what sends its HTTP by way of us.

No standard says which variables a program reads; docs/exec.md has the table of who reads which.
"""

from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from signer_proxy.child.java import java_options
from signer_proxy.child.trust import Trusted
from signer_proxy.control import Lease
from signer_proxy.destination import DEFAULT_PORTS, is_loopback
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.secret_reference import EnvReference
from signer_proxy.upstream import no_proxy

_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def secret_variables(draft: Draft) -> frozenset[str]:
    """Return the variables that hold a config's secrets; a client id is none."""
    return frozenset(
        reference.env
        for place, reference in draft.references()
        if isinstance(reference, EnvReference) and place.key != "client_id"
    )


def variables(environ: Mapping[str, str], secrets: Collection[str], lease: Lease, trusted: Trusted) -> dict[str, str]:
    """Return a child's whole environment: by way of `lease`, whose upstreams no exception may cover."""
    kept = {name: value for name, value in environ.items() if name not in secrets}
    exceptions = _exceptions(environ, lease.upstreams)
    for name in _PROXIES:
        kept[name] = kept[name.lower()] = lease.url()
    kept["NO_PROXY"] = kept["no_proxy"] = ",".join(exceptions)
    kept |= {name: str(file) for name, file in trusted.files.items()}
    kept["NODE_USE_ENV_PROXY"] = "1"
    # Java adds this machine to any exception, so where an upstream is here it gets none (DefaultProxySelector.java).
    java = java_options(lease.port, () if _is_any_here(lease.upstreams) else exceptions, trusted.java)
    options = (environ.get("JAVA_TOOL_OPTIONS", ""), java)
    kept["JAVA_TOOL_OPTIONS"] = " ".join(filter(None, options))
    return kept


def _exceptions(environ: Mapping[str, str], upstreams: Collection[str]) -> list[str]:
    """Return the user's own exceptions and this machine, less those that could keep a call to an upstream from us.

    This machine has many names and addresses: where an upstream is here, none of them is an exception.
    """
    places = list[tuple[str, int]]()
    for parts in map(urlsplit, upstreams):
        ports = {parts.port or DEFAULT_PORTS[parts.scheme], *DEFAULT_PORTS.values()}
        places += [(parts.hostname or "", port) for port in ports]
    has_upstream_here = _is_any_here(upstreams)
    return [
        entry
        for entry in dict.fromkeys((*no_proxy.entries(environ), *_LOOPBACK))
        if not (has_upstream_here and no_proxy.is_here(entry))
        and not any(no_proxy.could_cover(entry, *place) for place in places)
    ]


def _is_any_here(upstreams: Collection[str]) -> bool:
    return any(is_loopback(urlsplit(url).hostname or "") for url in upstreams)
