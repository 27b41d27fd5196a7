"""No output holds a secret, in whatever spelling or encoding it was signed: people paste it into tickets."""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from io import StringIO
from typing import Final
from urllib.parse import quote, unquote

import pytest
from rich.console import Console

from signer_proxy.cli.diagnosis_view import view
from signer_proxy.diagnosis.fixes import FIXES
from signer_proxy.diagnosis.mistake import Diagnosis
from tests.diagnosis.catalogue import GET, TABLES
from tests.diagnosis.signing import KEY, OURS, OWNER, Asked, codes, diagnosed

SECRET: Final = "s3cret/of+alice é"
QUOTED: Final = quote(SECRET, safe="")
HELD: Final = replace(OWNER, user_secret=SECRET)
SENT: Final = f"userId=alice&userSecret={QUOTED}&{OURS}"
BODY: Final = json.dumps({"userSecret": SECRET, "a": [1.0], "z": "é"})
CASES: Final = {
    f"{table}-{name}": Asked(query=SENT, body=BODY).but(**steps)
    for table, entries in TABLES.items()
    for name, (steps, _) in entries.items()
}


def outputs(diagnosis: Diagnosis) -> str:
    """Return all that is printed of a diagnosis, and what Base64 and other encodings in it hide."""
    screen = StringIO()
    Console(file=screen, soft_wrap=True).print(view(diagnosis, "p", "python"))
    text = screen.getvalue() + json.dumps(diagnosis.summary(FIXES["python"]), ensure_ascii=False)
    inside = []
    for found in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        plain = found.rstrip("=")[: len(found.rstrip("=")) // 4 * 4]
        inside.append(b64decode(plain).decode("latin-1"))
    whole = "".join((text, *inside))
    return "".join((whole, unquote(whole), unquote(unquote(whole)), whole.replace("\\u0000", "").replace("\0", "")))


@pytest.mark.parametrize("asked", CASES.values(), ids=CASES)
def test_no_output_holds_a_secret(asked: Asked) -> None:
    """Neither the one that the request held nor that of the profile is printed."""
    shown = outputs(diagnosed(asked.received(), HELD)).lower()
    assert not any(secret.lower() in shown for secret in ("s3cret", KEY, "another-key", b64encode(b"s3cret").decode()))


def test_secret_that_was_signed_and_not_sent_is_hidden() -> None:
    """A base with the profile's userSecret, which the request did not hold, shows that it was signed and no more."""
    asked = GET.but(query=OURS, signed_query=lambda query: f"{query}&userSecret={QUOTED}")
    found = diagnosed(asked.received(), HELD)
    assert codes(found) == ["query-parameters-missing"]
    assert found.actual is not None
    assert b"userSecret=***" in found.actual
    assert "s3cret" not in outputs(found)
