"""The document `/status.json`: all that the daemon tells of itself, and nothing that is secret."""

import time
from collections.abc import Iterator, Mapping

from signer_proxy import __version__
from signer_proxy.admin.history import History
from signer_proxy.admin.profile import description
from signer_proxy.admin.rate_limit import RateLimit
from signer_proxy.admin.timestamp import timestamp
from signer_proxy.proxy.proxy import Proxy
from signer_proxy.reload.reload import Reload
from signer_proxy.runtime import Runtime


def document(proxy: Proxy, history: History, inspector_port: int | None = None) -> dict[str, object]:
    """Write the status down as it is now; `inspector_port` is that of the inspector, where one is open."""
    return {**state(proxy, history, inspector_port), "exchanges": history.exchanges}


def state(proxy: Proxy, history: History, inspector_port: int | None = None) -> dict[str, object]:
    """Write down all but the exchanges."""
    now, runtime, tokens = time.time(), proxy.runtime, proxy.tokens()
    return {
        "version": __version__,
        "started": timestamp(history.started),
        "listeners": list(_listeners(runtime, inspector_port)),
        "upstreams": [
            {
                "name": upstream.name,
                "url": upstream.origin + upstream.base.decode(),
                "default_profile": upstream.default_profile,
            }
            for upstream in runtime.upstreams.values()
        ],
        "profiles": [description(profile, tokens.get(name), now) for name, profile in runtime.profiles.items()],
        "reload": _reload(history.reload),
        "rate_limits": [
            _rate_limit(name, limit, now)
            for name, limits in history.rate_limits.items()
            if name in runtime.profiles
            for limit in limits
        ],
        "counts": dict(history.counts),
        "held": [],
    }


def _listeners(runtime: Runtime, inspector_port: int | None) -> Iterator[Mapping[str, object]]:
    for port, upstream in runtime.ports.items():
        kind = "upstream" if upstream is not None else "forward"
        yield {"kind": kind, "host": runtime.host, "port": port, "upstream": upstream}
    for kind, own in (("admin", runtime.admin_port), ("inspector", inspector_port)):
        if own is not None:
            yield {"kind": kind, "host": "127.0.0.1", "port": own, "upstream": None}


def _reload(last: Reload | None) -> Mapping[str, object] | None:
    if last is None:
        return None
    return {"time": timestamp(last.time), "applied": last.is_applied, "problems": list(last.problems)}


def _rate_limit(profile: str, limit: RateLimit, now: float) -> Mapping[str, object]:
    return {
        "profile": profile,
        "scope": limit.scope,
        "limit": limit.limit,
        "remaining": limit.limit if limit.resets <= now else limit.remaining,
        "resets_in": round(max(0.0, limit.resets - now), 1),
    }
