"""SnapTrade's signing in the plainest code, each step of which a test may do in another way."""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from signer_proxy.diagnosis.mistake import Diagnosis
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade.credentials import Credentials
from signer_proxy.diagnosis.snaptrade.diagnose import diagnose

NOW: Final = 1_700_000_000
KEY: Final = "a/key+of%the=tests"
SECRET: Final = "secret-of-alice"
OWNER: Final = Credentials(
    "CLIENT", KEY, user_id="alice", user_secret=SECRET, other_keys={"the profile other": "another-key"}
)
OURS: Final = f"clientId=CLIENT&timestamp={NOW}"
RICH: Final = (
    '{"z": "é<&>=\'/+", "list": [3, {"b": 1.0, "a": null, "B": 1e-7}, 1.50], "keyName": " x ", "snake_case": 7,'
    ' "empty": "", "10": true, "9": "12", "constructor": {"d": 1, "c": 2}}'
)


@dataclass(frozen=True)
class Asked:
    """A request, and how it is signed."""

    method: str = "POST"
    path: str = "/snapTrade/a%2Fb"
    query: str = f"q=a%20b%2Bc&userId=alice&userSecret={SECRET}&{OURS}"
    body: str = RICH
    key: bytes = KEY.encode()
    content: Callable[[Any], Any] = lambda content: content
    members: Callable[[Any, str, str], Any] = lambda content, path, query: {
        "content": content,
        "path": path,
        "query": query,
    }
    signed_path: Callable[[str], Any] = lambda path: path
    signed_query: Callable[[str], Any] = lambda query: query
    write: Callable[[Any], str] = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"))
    base: Callable[[str], bytes] = str.encode
    digest: Callable[[bytes, bytes], bytes] = lambda key, base: hmac.digest(key, base, "sha256")
    output: Callable[[bytes], bytes] = b64encode
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())

    def signature(self) -> bytes:
        """Return what the header would say."""
        content = json.loads(self.body) if self.body else None
        given = self.content(None if content == {} else content)
        members = self.members(given, self.signed_path(self.path), self.signed_query(self.query))
        text = members if isinstance(members, str) else self.write(members)
        return self.output(self.digest(self.key, self.base(text)))

    def received(self) -> Received:
        """Return the request as it is sent."""
        headers = ((b"Signature", self.signature()), *self.headers)
        target = f"{self.path}?{self.query}".encode()
        return Received(self.method, target, headers, self.body.encode(), "https://api.snaptrade.com")

    def but(self, **steps: object) -> "Asked":
        """Return the same with other steps."""
        changed: Any = steps
        return replace(self, **changed)


def diagnosed(received: Received, owner: Credentials = OWNER) -> Diagnosis:
    """Diagnose at the present time."""
    return diagnose(received, owner, NOW)


def codes(diagnosis: Diagnosis) -> list[str]:
    """Return the codes of what was found."""
    return [mistake.code for mistake in diagnosis.mistakes]
