"""A raw query string: parameters taken out and put at the end as text, every other byte kept as it is."""

from collections.abc import Collection
from urllib.parse import quote, unquote_to_bytes


def parameters(query: bytes) -> list[bytes]:
    """Split at every `&`; the parts joined by `&` give the query again, byte for byte."""
    return query.split(b"&")


def name(parameter: bytes) -> str:
    """Return a parameter's name, percent-decoded."""
    return unquote_to_bytes(parameter.partition(b"=")[0]).decode("utf-8", "replace")


def value(parameter: bytes) -> str:
    """Return a parameter's value, decoded as form data: `+` is a space."""
    return unquote_to_bytes(parameter.partition(b"=")[2].replace(b"+", b" ")).decode("utf-8", "replace")


def take_out(query: bytes, names: Collection[str]) -> tuple[bytes, list[str]]:
    """Remove every parameter called one of `names`, with its separator; return the rest and the names found."""
    rest, found = [], []
    for parameter in parameters(query):
        if name(parameter) in names:
            found.append(name(parameter))
        else:
            rest.append(parameter)
    return b"&".join(rest), found


def without_value(query: bytes, key: str, text: str) -> bytes:
    """Remove every parameter called `key` whose value is `text`, with its separator."""
    return b"&".join(part for part in parameters(query) if (name(part), value(part)) != (key, text))


def append(query: bytes, pairs: list[tuple[str, str]]) -> bytes:
    """Put `pairs` at the end, percent-encoded; an empty query needs no separator."""
    ours = [f"{quote(key, safe='')}={quote(text, safe='')}".encode("ascii") for key, text in pairs]
    return b"&".join([query, *ours] if query else ours)
