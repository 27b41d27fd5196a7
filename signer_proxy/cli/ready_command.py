"""A signed request as a command for curl or HTTPie, quoted for a POSIX shell and exact to the byte."""

import re
import shlex
from typing import Final

from signer_proxy.cli.failure import Failure
from signer_proxy.exchange import Prepared
from signer_proxy.message import Header, without

# HTTPie's HTTP library writes a target anew: it decodes what need not be encoded, encodes what it thinks must be, and
# writes escapes in capitals. What it would leave alone is this (RFC 3986, sections 2.2 and 2.3).
_PLAIN: Final = re.compile(
    rb"/(?!/)(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%(?!2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])[0-9A-F]{2})*"
)


def curl(prepared: Prepared) -> str:
    """Return a command for curl; raises Failure for a request that it does not send."""
    if prepared.method == "HEAD" and _is_framed(prepared):
        raise Failure("curl sends no body with HEAD (leave -d away, or take --httpie)")
    method = ["--head"] if prepared.method == "HEAD" else ["-X", prepared.method]
    words = ["curl", "-g", "--path-as-is", *method, _url(prepared)]
    for name, value in _headers(prepared):
        words += ["-H", _decoded(name + (b": " + value if value else b";"))]
    if not prepared.body:
        # A length of zero is what the API was told, and what it gets.
        return shlex.join([*words, "--data-raw", ""] if _is_framed(prepared) else words)
    if (text := _text(prepared.body)) is not None:
        return shlex.join([*words, "--data-raw", text])
    return f"{_printed(prepared.body)} | {shlex.join([*words, '--data-binary', '@-'])}"


def httpie(prepared: Prepared) -> str:
    """Return a command for HTTPie; raises Failure for a request that it would change on the way."""
    if not _PLAIN.fullmatch(prepared.signed.target):
        raise Failure("HTTPie would write this URL in another way than it was signed (take --curl)")
    if any(b"\\" in value or not value for _, value in _headers(prepared)):
        raise Failure("HTTPie would change a header that is empty or holds a backslash (take --curl)")
    headers = [_decoded(name + b": " + value) for name, value in _headers(prepared)]
    words = ["--path-as-is", prepared.method, _url(prepared), *headers]
    if not prepared.body:
        return shlex.join(["http", "--ignore-stdin", *words])
    if (text := _text(prepared.body)) is not None:
        return shlex.join(["http", "--ignore-stdin", "--raw", text, *words])
    return f"{_printed(prepared.body)} | {shlex.join(['http', *words])}"


def _url(prepared: Prepared) -> str:
    return prepared.upstream.origin + prepared.signed.target.decode("ascii")


def _headers(prepared: Prepared) -> tuple[Header, ...]:
    """Return the headers that the tool does not write itself."""
    return without(prepared.signed.headers, b"host", b"content-length")


def _is_framed(prepared: Prepared) -> bool:
    return any(name.lower() == b"content-length" for name, _ in prepared.signed.headers)


def _text(body: bytes) -> str | None:
    """Return a body that can stand among a command's words."""
    try:
        return None if b"\0" in body else body.decode()
    except UnicodeDecodeError:
        return None


def _decoded(header: bytes) -> str:
    # As the shell's own bytes, whatever they are: Python writes them back when they are printed.
    return header.decode("utf-8", "surrogateescape")


def _printed(body: bytes) -> str:
    """Return a command that prints any bytes: in octal, which every shell's printf knows."""
    return "printf " + shlex.quote("".join(f"\\{byte:03o}" for byte in body))
