"""A day of requests of every kind, whose secrets are looked for afterwards."""

import gzip
import json
import uuid
from typing import Final

from tests.end_to_end.inspector.stage import JSON, THEIRS, Stage
from tests.faulty_upstream import saying

HIDDEN_LINK: Final = "token-in-a-link-of-another-answer"
PACKED: Final = "user-secret-in-a-packed-answer"
BROKEN: Final = "user-secret-in-broken-json"
COOKIE: Final = "session-in-a-cookie"


def live(stage: Stage) -> set[str]:
    """Make requests with each scheme, with secrets where they do and do not belong; return all that was secret."""
    portal = stage.call("partner", "POST", "/snapTrade/login").body
    user = b'{"userId": "%b"}' % uuid.uuid4().hex.encode()
    registered = stage.call("partner", "POST", "/snapTrade/registerUser", JSON, body=user)
    theirs = (
        f"Signature: {THEIRS}",
        f"Authorization: Bearer {THEIRS}",
        f"Cookie: a={THEIRS}",
        f"x-pti-token: {THEIRS}",
    )
    stage.call("partner", "GET", f"/accounts?userId=alice&userSecret={stage.parties.users['alice']}", *theirs)
    stage.call("partner", "GET", "/snapTrade/encryptedJWT")
    stage.call("bob", "GET", f"/accounts?userSecret={THEIRS}", *theirs)
    stage.call("pti-signed", "GET", "/v1/users", *theirs)
    issued = stage.call("pti-signed", "POST", "/v1/auth/jwt", JSON, body=b'{"url": "/users", "method": "GET"}').body
    stage.call("pti-token", "GET", "/v1/users")
    stage.call("partner", "POST", "/symbols", JSON, body=b'{"userSecret": "%b", ' % THEIRS.encode())
    packed = gzip.compress(json.dumps({"userSecret": PACKED}).encode())
    for answer in (
        _answer(packed, "Content-Type: application/json", "Content-Encoding: gzip"),
        _answer(b'{"userSecret": "%b"' % BROKEN.encode(), "Content-Type: application/json"),
        _answer(b"", f"Location: https://portal.invalid/?token={HIDDEN_LINK}&x=1", f"Set-Cookie: s={COOKIE}"),
    ):
        stage.recorder.begin(saying(answer))
        assert stage.call("raw", "GET", "/accounts").status == 200
    told = {json.loads(portal)["redirectURI"], json.loads(registered.body)["userSecret"], HIDDEN_LINK, PACKED, BROKEN}
    return told | {COOKIE, json.loads(issued)["accessToken"]} | stage.secrets()


def _answer(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
