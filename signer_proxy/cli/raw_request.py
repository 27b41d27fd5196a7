"""Read a raw HTTP/1 request, as it goes over the wire or as an editor kept it."""

import os
import re

from signer_proxy.cli.failure import Failure
from signer_proxy.cli.told_request import ToldRequest, told

_LINE = re.compile(rb"([!-~]{1,40}) +(\S+)(?: +HTTP/[0-9.]+)? *")


def read_raw(content: bytes, subject: str) -> ToldRequest:
    """Return the request; the body is cut to its Content-Length, where there is one. Raises Failure."""
    content = content.lstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
    head, gap, body = _halves(content)
    first, *lines = re.split(rb"\r?\n", head)
    line = _LINE.fullmatch(first)
    if line is None:
        raise Failure(f"{subject}: must begin with a request line such as `GET /accounts HTTP/1.1`, got other text")
    headers = []
    for one in lines:
        name, colon, value = one.partition(b":")
        if not colon or not name.strip():
            raise Failure(f"{subject}: each header must be `Name: value`, got a line without a colon")
        headers.append((name.strip(), value.strip(b" \t")))
    length = next((value for name, value in headers if name.lower() == b"content-length"), b"")
    if length.isdigit() and len(length) < 12:
        body = body[: int(length)]
    elif gap == b"\n\n":
        body = body.removesuffix(b"\n")  # the one that an editor puts behind a file's last line
    request = told(line[1].decode(), os.fsdecode(line[2]), tuple(headers), body, subject)
    host = next((value for name, value in headers if name.lower() == b"host"), b"")
    if request.received.origin or not host:
        return request
    url = f"https://{os.fsdecode(host)}{os.fsdecode(request.received.target)}"
    return told(line[1].decode(), url, tuple(headers), body, subject)


def _halves(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return head, the empty line, and body."""
    found = re.search(rb"\r\n\r\n|\n\n", content)
    if found is None:
        return content.rstrip(b"\r\n"), b"", b""
    return content[: found.start()], found[0], content[found.end() :]
