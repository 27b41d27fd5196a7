"""The six lines that PTI has signed, and what is wrong with those that were."""

import hashlib
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.pti.body_digest import digest_mistakes
from signer_proxy.diagnosis.pti.path_line import path_mistakes
from signer_proxy.diagnosis.received import Received

_HASHED = ("POST", "PUT", "PATCH")


def _mistake(code: str, text: str, topic: str = "pti-lines") -> Mistake:
    return Mistake(code, text, topic)


_CRLF = _mistake("lines-crlf", "The lines were signed with CRLF between them; join them with LF alone.")
_TRAILING = _mistake("lines-trailing-newline", "A line end was signed behind the path; there is none at the end.")
_BLANKS = _mistake(
    "lines-blank-missing",
    "The two empty lines were left out; digest and content type have their lines with every method, empty where there "
    "is nothing to say.",
)
_COUNT = _mistake("lines-count", "What was signed does not have six lines; sign exactly six.")
_METHOD_CASE = _mistake("method-lower-case", "The method was signed in another case; sign it in capitals, as sent.")
_METHOD = _mistake("method-differs", "Another method was signed than sent.")
_TYPE_MORE = _mistake(
    "content-type-charset",
    "The content type was signed with or without a charset that was sent otherwise; sign it as sent.",
)
_TYPE_ON_READ = _mistake(
    "content-type-without-body",
    "A content type was signed for a method that has none; leave the third line empty but for POST, PUT and PATCH.",
)
_TYPE_MISSING = _mistake("content-type-missing", "No content type was signed; POST, PUT and PATCH need one.")
_TYPE = _mistake("content-type-differs", "Another content type was signed than sent.")
_PREFIX = _mistake(
    "line-prefix",
    "The beginning of a line was signed in another way than content-type:, date: and x-pti-client-id:, in lower case "
    "and with no space behind the colon.",
)
_DATE_FORM = _mistake(
    "date-not-rfc1123", "The date was not signed as in RFC 1123, as in Wed, 15 Apr 2020 16:35:50 GMT.", "pti-date"
)
_DATE = _mistake(
    "date-differs", "Another date was signed than is in the header Date; use one text for both.", "pti-date"
)
_CLIENT = _mistake("client-id-differs", "Another client id was signed than the one in x-pti-client-id.")


def expected_lines(received: Received, client_id: str) -> tuple[bytes, ...]:
    """Return the lines that are right for a request as it came."""
    digest = content_type = b""
    if received.method in _HASHED:
        digest = hashlib.sha256(received.body).hexdigest().upper().encode()
        content_type = b"content-type:" + b"".join(received.values(b"content-type")[:1]).strip()
    date = b"date:" + b"".join(received.values(b"date")[:1]).strip()
    client = f"x-pti-client-id:{client_id}".encode()
    return (received.method.encode(), digest, content_type, date, client, received.path)


def line_mistakes(payload: bytes, expected: tuple[bytes, ...], received: Received) -> Iterator[Mistake]:
    """Yield what is wrong with a payload, as a whole and line by line."""
    if payload == b"\n".join(expected):
        return
    if b"\r\n" in payload:
        yield _CRLF
        payload = payload.replace(b"\r\n", b"\n")
    lines = payload.split(b"\n")
    if len(lines) > len(expected) and not lines[-1]:
        yield _TRAILING
        lines = lines[: len(expected)]
    if len(lines) == len(expected) - 2 and not (expected[1] or expected[2]):
        yield _BLANKS
        lines = [lines[0], b"", b"", *lines[1:]]
    if len(lines) != len(expected):
        yield _COUNT
        return
    for check, line, right in zip(_CHECKS, lines, expected, strict=True):
        if line != right:
            yield from check(line, right, received)


def _method(line: bytes, right: bytes, _: Received) -> tuple[Mistake, ...]:
    return (_METHOD_CASE if line.upper() == right else _METHOD,)


def _digest(line: bytes, right: bytes, received: Received) -> tuple[Mistake, ...]:
    return digest_mistakes(line, right, received.body)


def _content_type(line: bytes, right: bytes, _: Received) -> tuple[Mistake, ...]:
    if not right:
        return (_TYPE_ON_READ,)
    value, sent, around = *_values(line, right), _around(line, right)
    if not value:
        return (_TYPE_MISSING,)
    if value == sent:
        return around
    is_alike = value.partition(b";")[0].strip().lower() == sent.partition(b";")[0].strip().lower()
    return (*around, _TYPE_MORE if is_alike else _TYPE)


def _date(line: bytes, right: bytes, _: Received) -> tuple[Mistake, ...]:
    value, sent, around = *_values(line, right), _around(line, right)
    if value == sent:
        return around
    return (*around, _DATE if is_rfc1123(value) else _DATE_FORM)


def _client_id(line: bytes, right: bytes, _: Received) -> tuple[Mistake, ...]:
    value, sent = _values(line, right)
    return (*_around(line, right), *((_CLIENT,) if value != sent else ()))


def _values(line: bytes, right: bytes) -> tuple[bytes, bytes]:
    """Return what stands behind the prefix of a line, where there is one, and of the right one."""
    prefix, _, sent = right.partition(b":")
    name = line.partition(b":")[0].strip().lower()
    return (line.partition(b":")[2] if name == prefix else line).strip(), sent


def _around(line: bytes, right: bytes) -> tuple[Mistake, ...]:
    prefix = right.partition(b":")[0] + b":"
    is_right = line.startswith(prefix) and line.removeprefix(prefix) == line.removeprefix(prefix).strip()
    return () if is_right else (_PREFIX,)


def is_rfc1123(value: bytes) -> bool:
    """Tell a date that is written as RFC 1123 has it."""
    text = value.decode("latin-1")
    try:
        return formatdate(parsedate_to_datetime(text).timestamp(), usegmt=True) == text
    except (ValueError, OverflowError):
        return False


_CHECKS = (_method, _digest, _content_type, _date, _client_id, path_mistakes)
