"""What Node really signs, right and wrong, is explained."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.diagnosis.fixes import FIXES
from signer_proxy.diagnosis.received import Received
from tests.diagnosis.signing import KEY, OURS, codes, diagnosed

NODE: Final = Path(sys.executable).with_name("node")
SCRIPT: Final = Path(__file__).with_name("node_signing.mjs")
PATH: Final = "/snapTrade/registerUser"
QUERY: Final = f"q=a%20b&{OURS}"
ASCII: Final = '{"userId":"alice","nested":{"b":1.0,"a":[3,1e-7]},"content":{"z":1,"a":2}}'
UTF8: Final = '{"userId":"zoë 😀","nested":{"b":1.0,"a":[3,1e-7]}}'

DOUBLES: Final = "json-numbers-as-doubles"
CASES: Final[dict[str, tuple[str, str, set[str]]]] = {
    "utf8-and-doubles": ("utf8-and-doubles", UTF8, {"json-not-ascii", DOUBLES}),
    "doubles": ("doubles", ASCII, {DOUBLES}),
    "doubles-utf8": ("doubles", UTF8, {DOUBLES}),
    "replacer": ("replacer", ASCII, {"json-keys-dropped"}),
    "unsorted": ("unsorted", ASCII, {"json-keys-sorted-at-top-only", DOUBLES}),
    "indented": ("indented", ASCII, {"json-indented", DOUBLES}),
    "undefined": ("undefined", ASCII, {"content-absent"}),
    "text": ("text", '{"b":2,"a":1}', {"content-as-string"}),
    "encode-uri": ("encode-uri", ASCII, {"key-url-encoded", DOUBLES}),
    "hex": ("hex", ASCII, {"signature-hex", DOUBLES}),
    "binary": ("binary", ASCII, {"signature-of-text", DOUBLES}),
    "url-search-params": ("url-search-params", '{"a":1}', {"query-plus-for-space"}),
    "buffer-key": ("buffer-key", ASCII, {"key-base64-decoded", DOUBLES}),
    "sha256": ("sha256", ASCII, {"digest-not-keyed", DOUBLES}),
    "date-now": ("date-now", '{"a":1}', {"timestamp-milliseconds-signed"}),
    "date-now-doubles": ("date-now", ASCII, {"timestamp-milliseconds-signed", DOUBLES}),
    "method": ("method", '{"a":1}', {"base-with-method"}),
}


@cache
def signatures(body: str) -> dict[str, str]:
    """Run the script, once a body."""
    given = {"method": "POST", "path": PATH, "query": QUERY, "body": body, "key": KEY}
    done = subprocess.run([NODE, SCRIPT, json.dumps(given)], capture_output=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("name", "body", "expected"), CASES.values(), ids=CASES)
def test_node(name: str, body: str, expected: set[str]) -> None:
    """JavaScript's own ways with JSON, keys and buffers are named."""
    headers = ((b"Signature", signatures(body)[name].encode()),)
    found = diagnosed(Received("POST", f"{PATH}?{QUERY}".encode(), headers, body.encode()))
    assert (found.verdict, set(codes(found))) == ("explained", expected)


def test_fixes_are_right() -> None:
    """What is printed as the fix is run, and signs rightly."""
    fix = FIXES["typescript"]["escape"].removeprefix("base").removesuffix(";")
    assert fix in SCRIPT.read_text()
    body = '{"b":"é\U0001f600<&=\x7f","a":[1,1.5,null,12345678901]}'
    headers = ((b"Signature", signatures(body)["doubles"].encode()),)
    assert diagnosed(Received("POST", f"{PATH}?{QUERY}".encode(), headers, body.encode())).verdict == "right"
