"""Exchanges as the proxy would record them, without one."""

from dataclasses import replace

from signer_proxy.access import Policy
from signer_proxy.exchange import Prepared
from signer_proxy.message import Answer, Request
from signer_proxy.operations import Access
from signer_proxy.operations.snaptrade import OPERATIONS
from signer_proxy.proxy.course import Exchange
from signer_proxy.runtime import Profile, Upstream
from signer_proxy.schemes import SnaptradeJwt
from signer_proxy.schemes.explanation import Explanation, Signed

UPSTREAM = Upstream("api", "https://api.example.com", b"api.example.com", b"", "me")
PROFILE = Profile("me", "api", SnaptradeJwt(), Policy(Access.TRADE, (), (), OPERATIONS))
EXPLANATION = Explanation("snaptrade-jwt", b"the base", "the digest", ("Authorization",), ("clientId",), ("userId",))
SIGNED = Signed(b"/accounts/1?userSecret=secret", ((b"Authorization", b"JWT secret"),), EXPLANATION)
PREPARED = Prepared(UPSTREAM, PROFILE, "read", None, "GET", SIGNED, b"")
REQUEST = Request("GET", b"/accounts/1?x=secret", ((b"Cookie", b"secret"),), b"secret", client="127.0.0.1:50312")
ANSWER = Answer(200, ((b"X-Request-ID", b"id-1"), (b"Set-Cookie", b"secret")), b"secret body")

ANSWERED = Exchange(
    "request", 1_800_000_000.1239, REQUEST, UPSTREAM, PROFILE, "read", PREPARED, ANSWER, None, 0.0301239, 0.02, 0.01
)
REFUSED = replace(
    ANSWERED, upstream=None, profile=None, access=None, prepared=None, answer=Answer(403), code="guard-origin"
)
