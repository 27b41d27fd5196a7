"""The algorithm that makes a digest of key and base: HMAC with SHA-256."""

import hashlib
import hmac
from collections.abc import Callable

from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.variant import Variant, common, right, wrong

type Algorithm = Callable[[bytes, bytes], bytes]
"""Takes key and base."""


def _mistake(code: str, what: str) -> Mistake:
    return Mistake(code, f"The digest was made with {what}; make it with HMAC-SHA256.", "digest")


def _hmac(name: str) -> Algorithm:
    return lambda key, base: hmac.digest(key, base, name)


def _plain(name: str, join: Callable[[bytes, bytes], bytes]) -> Algorithm:
    return lambda key, base: hashlib.new(name, join(key, base), usedforsecurity=False).digest()


_SWAPPED = _mistake("digest-key-and-message-swapped", "the base as the key and the key as the message")
_PLAIN = _mistake("digest-not-keyed", "a plain hash, which is not keyed as HMAC is")
_TWICE = _mistake("digest-hashed-twice", "HMAC over a hash of the base")
_JOINS: tuple[Callable[[bytes, bytes], bytes], ...] = (
    lambda _, base: base,
    lambda key, base: key + base,
    lambda key, base: base + key,
)

ALGORITHMS: tuple[tuple[int, Variant[Algorithm]], ...] = (
    (32, right(_hmac("sha256"))),
    (20, common(_hmac("sha1"), _mistake("digest-sha1", "HMAC-SHA1"))),
    (64, common(_hmac("sha512"), _mistake("digest-sha512", "HMAC-SHA512"))),
    (48, wrong(_hmac("sha384"), _mistake("digest-sha384", "HMAC-SHA384"))),
    (28, wrong(_hmac("sha224"), _mistake("digest-sha224", "HMAC-SHA224"))),
    (16, wrong(_hmac("md5"), _mistake("digest-md5", "HMAC-MD5"))),
    (32, wrong(_hmac("sha3_256"), _mistake("digest-sha3", "HMAC-SHA3-256"))),
    *((32, common(_plain("sha256", join), _PLAIN)) for join in _JOINS),
    *((size, wrong(_plain(name, join), _PLAIN)) for size, name in ((20, "sha1"), (64, "sha512")) for join in _JOINS),
    (32, wrong(lambda key, base: hmac.digest(base, key, "sha256"), _SWAPPED)),
    (32, wrong(lambda key, base: hmac.digest(key, hashlib.sha256(base).digest(), "sha256"), _TWICE)),
    (32, wrong(lambda key, base: hmac.digest(key, hashlib.sha256(base).hexdigest().encode(), "sha256"), _TWICE)),
    (32, wrong(lambda key, base: hmac.digest(hashlib.sha256(key).digest(), base, "sha256"), _TWICE)),
)
"""Each with the size of its digest, in bytes: what cannot have made a signature is not tried."""
