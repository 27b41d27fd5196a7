"""What may be told of a profile: its scheme, who it is, and what it may do; no key, only its fingerprint."""

from collections.abc import Mapping

from signer_proxy.admin.timestamp import timestamp
from signer_proxy.crypto.rsa_key import PublicKey
from signer_proxy.runtime import Profile
from signer_proxy.schemes import PtiSignature
from signer_proxy.tokens.origin import SingleUse
from signer_proxy.tokens.standing import Standing


def description(profile: Profile, token: Standing | None, now: float) -> Mapping[str, object]:
    """Describe a profile and its token at `now`."""
    return {
        "name": profile.name,
        "upstream": profile.upstream,
        "scheme": profile.scheme.name,
        "client_id": getattr(profile.scheme, "client_id", None),
        "fingerprint": fingerprint(profile),
        "access": profile.policy.level.name.lower(),
        "allow": [rule.text for rule in profile.policy.allow],
        "deny": [rule.text for rule in profile.policy.deny],
        "token": None if token is None else _token(token, now),
    }


def fingerprint(profile: Profile) -> str | None:
    """Return that of the profile's own key pair, as the command `keys show` prints it; None where it has none."""
    if isinstance(profile.scheme, PtiSignature):
        return profile.scheme.key.thumbprint
    if profile.token is not None and not isinstance(profile.token, SingleUse):
        return profile.token.key.fingerprint
    return PublicKey.load(profile.public_key).fingerprint if profile.public_key else None


def _token(token: Standing, now: float) -> Mapping[str, object]:
    return {
        "state": token.state,
        "since": None if token.since is None else timestamp(token.since),
        "expires": None if token.expires is None else timestamp(token.expires),
        "expires_in": None if token.expires is None else round(token.expires - now, 1),
        "life": None if token.expires is None or token.since is None else round(token.expires - token.since, 1),
        "reason": token.reason or None,
    }
