"""Whose signature a request should have: the profile that is named, or the one that it says it is of."""

import json
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qs

from signer_proxy.cli.failure import Failure
from signer_proxy.diagnosis.mistake import Diagnosis, Mistake
from signer_proxy.diagnosis.received import Received
from signer_proxy.schemes.pti_headers import CLIENT_ID, SIGNATURE
from signer_proxy.settings import regular_file
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.schema import PtiSignatureProfile, PtiTokenProfile, SnapTradeJwt, SnapTradeSignature
from signer_proxy.settings.suggestion import suggestion
from signer_proxy.settings.token_source import TokenProfile
from signer_proxy.settings.unreadable import UnreadableError

_ASKED: Final = b"signer-profile"


def choose(configuration: Configuration, received: Received, name: str | None) -> str:
    """Return the profile to diagnose with. Raises Failure."""
    profiles = configuration.settings.profiles
    if name is not None:
        if name not in profiles:
            raise Failure(f"--profile must name a profile, got {name!r} ({suggestion(name, profiles)})")
        return name
    known = [each for each, profile in profiles.items() if _fits(profile, received)]
    told = [each for each in known if _client_id(configuration, each) in _said(received)]
    found = told or _at(configuration, received, known) or known
    if not found:
        raise Failure("no profile of the config signs in the way of this request (name one with --profile)")
    if len(found) > 1:
        defaults = {up.default_profile for up in configuration.settings.upstreams.values()}
        found = [each for each in found if each in defaults] or found
    if len(found) > 1:
        raise Failure(f"the request fits the profiles {', '.join(found)} (say which with --profile NAME)")
    return found[0]


def diagnose(configuration: Configuration, name: str, received: Received, now: float) -> Diagnosis:
    """Diagnose a request as that of a profile; `now` is in Unix seconds. Raises Failure."""
    match configuration.settings.profiles[name]:
        case SnapTradeSignature() as profile:
            from signer_proxy.diagnosis.snaptrade import credentials, diagnose  # here, as each below: one is needed

            secrets = _secrets(configuration, name)
            others = {
                f"the profile {other}": _secrets(configuration, other)["consumer_key"]
                for other, each in configuration.settings.profiles.items()
                if other != name and isinstance(each, SnapTradeSignature)
            }
            snaptrade = credentials.Credentials(
                secrets["client_id"],
                secrets["consumer_key"],
                profile.account,
                profile.user_id,
                secrets.get("user_secret"),
                others,
                profile.canonical_json,
            )
            return diagnose.diagnose(received, snaptrade, now)
        case SnapTradeJwt() as profile:
            from signer_proxy.diagnosis import access_token

            client_id = _secrets(configuration, name).get("client_id")
            openings = _wrong_openings(configuration, name)
            expected = access_token.Expected(client_id, _token_user(configuration, profile), openings)
            return access_token.diagnose(received, expected, now)
        case PtiSignatureProfile():
            from signer_proxy.diagnosis.pti import credentials as pti_credentials
            from signer_proxy.diagnosis.pti import diagnose as pti

            key = configuration.pti_keys[name]
            public = {member: value for member, value in key.public_jwk().items() if member != "kid"}
            wrong = pti_credentials.wrong_kids({m: v for m, v in key.private_jwk().items() if m != "kid"})
            owner = pti_credentials.Credentials(_secrets(configuration, name)["client_id"], public, wrong)
            return pti.diagnose(received, owner, now)
        case PtiTokenProfile():
            raise Failure(f"profile {name!r}: a single-use token has no signature to diagnose (name its issuer)")


def _wrong_openings(configuration: Configuration, name: str) -> Mapping[bytes, Mistake]:
    """Return what a profile's envelope gives when it is opened in a wrong way, where it stands in a file."""
    path = configuration.paths.get((name, "token"))
    if path is None:
        return {}
    from signer_proxy.diagnosis.wrong_opening import wrong_openings  # here, since it takes long to load

    try:
        return wrong_openings(json.loads(regular_file.read(path)[0]), configuration.keys[name].rsa)
    except (UnreadableError, ValueError, RecursionError):
        return {}


def _token_user(configuration: Configuration, profile: SnapTradeJwt) -> str | None:
    """Return whose token a profile uses, where it says so: that of the profile that its token comes from."""
    issuer = (
        configuration.settings.profiles.get(profile.token.profile) if isinstance(profile.token, TokenProfile) else None
    )
    return issuer.user_id if isinstance(issuer, SnapTradeSignature) else None


def _secrets(configuration: Configuration, name: str) -> Mapping[str, str]:
    found = configuration.secrets.items()
    return {key: secret.get_secret_value() for (owner, key), secret in found if owner == name}


def _fits(profile: object, received: Received) -> bool:
    is_pti = any(received.values(name) for name in (CLIENT_ID, SIGNATURE))
    has_token = bool(received.values(b"authorization")) and not received.values(b"signature")
    if is_pti:
        return isinstance(profile, PtiSignatureProfile)
    return isinstance(profile, SnapTradeJwt if has_token else SnapTradeSignature)


def _said(received: Received) -> set[str]:
    """Return the client ids that a request names."""
    headers = {value.decode("latin-1") for value in received.values(CLIENT_ID)}
    return headers | set(parse_qs(received.query.decode("latin-1")).get("clientId", []))


def _client_id(configuration: Configuration, name: str) -> str | None:
    return _secrets(configuration, name).get("client_id")


def _at(configuration: Configuration, received: Received, known: Iterable[str]) -> list[str]:
    """Return the profiles whose upstream is where the request went."""
    settings = configuration.settings
    asked = [value.decode("latin-1") for value in received.values(_ASKED)]
    if named := [each for each in known if each in asked]:
        return named
    ups = {n for n, up in settings.upstreams.items() if received.origin and up.url.lower().startswith(received.origin)}
    return [each for each in known if settings.profiles[each].upstream in ups]
