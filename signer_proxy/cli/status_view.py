"""The status of a daemon as text: a few short tables, each with its heading."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

_KINDS: Final = {"forward": "explicit proxy", "admin": "status page", "inspector": "inspector"}
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def view(status: Mapping[str, Any], now: float) -> str:
    """Return the text; `now` is in epoch seconds."""
    since = now - datetime.fromisoformat(status["started"]).timestamp()
    counts = status["counts"]
    blocks = [
        [f"signer-proxy {status['version']}, up for {duration(since)}"],
        ["Listening", *_table(_listeners(status))],
        ["Profiles", *_table(map(_profile, status["profiles"]))],
        ["Rate limits", *_table(map(_rate_limit, status["rate_limits"]))],
        ["Requests", f"  {counts['answered']} answered, {counts['refused']} refused, {counts['failed']} failed"],
        ["Last reload", *_reload(status["reload"])],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block is blocks[0] or len(block) > 1)


def duration(seconds: float) -> str:
    """Write a time in its largest unit, and the one below where that says more."""
    left, parts = max(0, round(seconds)), list[str]()
    for size, name in _UNITS:
        if left >= size or (name == "s" and not parts):
            parts.append(f"{left // size} {name}")
            left %= size
    return " ".join(parts[:2])


def _listeners(status: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    urls = {upstream["name"]: upstream["url"] for upstream in status["upstreams"]}
    for listener in status["listeners"]:
        host = f"[{listener['host']}]" if ":" in listener["host"] else listener["host"]
        name = listener["upstream"] or _KINDS[listener["kind"]]
        yield f"http://{host}:{listener['port']}", name, urls.get(listener["upstream"], "")


def _profile(profile: Mapping[str, Any]) -> Sequence[str]:
    who = profile["client_id"] or profile["fingerprint"] or ""
    return profile["name"], profile["scheme"], who, profile["access"], _token(profile["token"])


def _token(token: Mapping[str, Any] | None) -> str:
    if token is None:
        return ""
    if token["state"] == "good" and token["expires_in"] is not None:
        return f"token ends in {duration(token['expires_in'])}"
    words = {"none": "no token yet", "good": "token without an end", "single-use": "a token for each request"}
    return words.get(token["state"], f"token {token['state']}") + (f": {token['reason']}" if token["reason"] else "")


def _rate_limit(limit: Mapping[str, Any]) -> Sequence[str]:
    left = f"{limit['remaining']} of {limit['limit']} left"
    return limit["profile"], limit["scope"], left, f"all again in {duration(limit['resets_in'])}"


def _reload(reload: Mapping[str, Any] | None) -> list[str]:
    if reload is None:
        return []
    when = datetime.fromisoformat(reload["time"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    said = "is in use" if reload["applied"] else "refused, the last good config stays in use"
    return [f"  {when} {said}", *(f"  {problem}" for problem in reload["problems"])]


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in table]
