"""Read a curl command, as a shell would and as curl would: the request that it sends.

With argparse over shlex: the libraries for this keep headers in a dict and bodies as text, which loses doubles.
"""

import argparse
import os
from functools import partial
from typing import NoReturn
from urllib.parse import quote

from signer_proxy.cli.failure import Failure
from signer_proxy.cli.shell_words import shell_words
from signer_proxy.cli.told_request import ToldRequest, told

_FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
_JSON = (b"Content-Type", b"application/json")
# What stands before another in one word, as in -sX POST.
_FLAGS = tuple(f"-{letter}" for letter in "sSfkLvigNOJjlnpqaBMRZ#012346")
_WITH_VALUE = (
    "-o",
    "-u",
    "-x",
    "-m",
    "-w",
    "-b",
    "-c",
    "-K",
    "-E",
    "-r",
    "-T",
    "-z",
    "-y",
    "-Y",
    "-C",
    "-D",
    "-P",
    "-Q",
    "-t",
)
_LONG_WITH_VALUE = (
    "--output",
    "--user",
    "--proxy",
    "--max-time",
    "--write-out",
    "--cookie",
    "--cookie-jar",
    "--config",
    "--cert",
    "--key",
    "--cacert",
    "--capath",
    "--connect-timeout",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--resolve",
    "--connect-to",
    "--interface",
    "--limit-rate",
    "--unix-socket",
    "--noproxy",
    "--proxy-user",
    "--proxy-header",
    "--ciphers",
    "--max-redirs",
    "--dump-header",
    "--range",
    "--upload-file",
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise, without the words of the command: they may hold secrets."""
        raise Failure("curl command: curl would not take it (is it whole, and quoted for a shell?)")


def read_curl(text: str, subject: str) -> ToldRequest:
    """Return the request that a command sends. Raises Failure."""
    words = shell_words(text, subject)
    if words[:1] not in (["curl"], ["curl.exe"]):
        raise Failure(f"{subject}: must be a curl command, got other text (copy all of it)")
    given, _ = _parser().parse_known_args(words[1:])
    if given.form:
        raise Failure(f"{subject}: -F sends a multipart form, which no signature covers (send JSON, with -d)")
    urls = [url for url in (*given.url, *given.urls) if url]
    if len(urls) != 1:
        raise Failure(f"{subject}: must be a curl command with one URL, got {len(urls)} (one request at a time)")
    return _request(given, urls[0], subject)


def _request(given: argparse.Namespace, url: str, subject: str) -> ToldRequest:
    headers = []
    for line in given.header:
        name, colon, value = line.partition(":")
        if colon and value.strip():
            headers.append((os.fsencode(name.strip()), os.fsencode(value.strip())))
        elif not colon and line.endswith(";"):
            headers.append((os.fsencode(line[:-1].strip()), b""))
    data = [_data(kind, value, subject) for kind, value in given.data or []]
    body = (b"" if any(kind == "json" for kind, _ in given.data or []) else b"&").join(data)
    if given.get and data:
        url += ("&" if "?" in url else "?") + os.fsdecode(body)
        data, body = [], b""
    if data and not any(name.lower() == b"content-type" for name, _ in headers):
        headers.append(_JSON if any(kind == "json" for kind, _ in given.data) else _FORM)
    method = given.request or ("HEAD" if given.head else "POST" if data else "GET")
    return told(method, url, tuple(headers), body, subject)


def _data(kind: str, value: str, subject: str) -> bytes:
    if kind != "raw" and value.startswith("@"):
        raise Failure(f"{subject}: the body is in a file, {value[:80]!r} (put it into the command, or use -d @FILE)")
    if kind == "urlencode":
        name, mark, rest = value.partition("=")
        return (f"{name}={quote(rest, safe='')}" if mark and name else quote(rest or name, safe="")).encode()
    return os.fsencode(value)


def _piece(kind: str, value: str) -> tuple[str, str]:
    return kind, value


def _parser() -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("-X", "--request")
    parser.add_argument("-I", "--head", action="store_true")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("--url", dest="urls", action="append", default=[])
    for names, kind in (
        (("-d", "--data", "--data-ascii", "--data-binary"), "data"),
        (("--data-raw",), "raw"),
        (("--data-urlencode",), "urlencode"),
        (("--json",), "json"),
    ):
        parser.add_argument(*names, dest="data", action="append", type=partial(_piece, kind))
    parser.add_argument("-F", "--form", "--form-string", action="append")
    parser.add_argument("-A", "--user-agent")
    parser.add_argument("-e", "--referer")
    parser.add_argument(*_FLAGS, dest="flags", action="store_true")
    parser.add_argument(*_WITH_VALUE, *_LONG_WITH_VALUE, dest="ignored", action="append")
    parser.add_argument("url", nargs="*", default=[])
    return parser
