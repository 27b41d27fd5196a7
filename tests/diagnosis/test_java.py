"""What Java with Gson really signs, as in SnapTrade's sample, is explained."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from signer_proxy.diagnosis.fixes import FIXES
from signer_proxy.diagnosis.received import Received
from tests.diagnosis.signing import KEY, OURS, codes, diagnosed

SOURCE: Final = Path(__file__).with_name("JavaSigning.java")
GSON: Final = Path("/usr/share/java/gson.jar")
"""Debian's libgoogle-gson-java."""

PATH: Final = "/snapTrade/registerUser"

CASES: Final[dict[str, tuple[str, str, set[str]]]] = {
    "numbers": ("unescaped", '{"a":1,"b":12345678,"c":[1e-7,0.25]}', {"json-numbers-as-java-doubles"}),
    "html": ("sample", '{"a":"x=1&y<2"}', {"json-gson-escaped"}),
    "both": ("sample", '{"a":"x=1&y<2","n":3}', {"json-gson-escaped", "json-numbers-as-java-doubles"}),
    "nulls": ("unescaped", '{"a":null,"b":"x"}', {"content-nulls-dropped"}),
    "utf8": ("unescaped", '{"a":"é"}', {"json-not-ascii"}),
    "nested": ("unescaped", '{"b":{"z":"1","a":"2"}}', {"json-keys-sorted-at-top-only"}),
    "query": ("whole", '{"a":"b"}', {"json-gson-escaped"}),
    "verbatim": ("verbatim", '{"b": "1", "a": "2"}', {"content-verbatim"}),
}


@cache
def signatures(body: str) -> dict[str, str]:
    """Run the source file, once a body."""
    java = shutil.which("java")
    assert java is not None, "Java is missing (run .ci/tools)"
    assert GSON.exists(), f"{GSON} is missing (run .ci/tools)"
    words = [java, "-Xshare:auto", "-cp", str(GSON), str(SOURCE), KEY, PATH, OURS, body]
    done = subprocess.run(words, capture_output=True, check=True, text=True, env={"LC_ALL": "C.UTF-8"})
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


@pytest.mark.parametrize(("name", "body", "expected"), CASES.values(), ids=CASES)
def test_java(name: str, body: str, expected: set[str]) -> None:
    """Gson's own ways with numbers, nulls and signs are named."""
    headers = ((b"Signature", signatures(body)[name].encode()),)
    found = diagnosed(Received("POST", f"{PATH}?{OURS}".encode(), headers, body.encode()))
    assert (found.verdict, set(codes(found))) == ("explained", expected)


def test_fixes_are_right() -> None:
    """What is printed as the fix for Gson is run, and signs rightly."""
    source = SOURCE.read_text()
    lines = [*FIXES["java"]["escape"].split("\n")[2:], FIXES["java"]["numbers"].split("\n")[0]]
    assert all(line.partition("  //")[0].strip() in source for line in lines)
    body = '{"b":"é\U0001f600<&=\'\x7f","a":[1,1.5,null,12345678901]}'
    headers = ((b"Signature", signatures(body)["fixed"].encode()),)
    assert diagnosed(Received("POST", f"{PATH}?{OURS}".encode(), headers, body.encode())).verdict == "right"
