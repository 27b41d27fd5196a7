"""One immutable picture of config and keys, fully checked: a request is served by exactly one, a reload swaps it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlsplit

from signer_proxy.access import Policy
from signer_proxy.operations import Access, Operations
from signer_proxy.rsa_key import PrivateKey
from signer_proxy.schemes import Scheme, SnaptradeJwt, SnaptradeSignature
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.jwt_profile import SnapTradeJwt
from signer_proxy.settings.secret_reference import FileReference, KeyringReference
from signer_proxy.settings.signature_profile import SnapTradeSignature
from signer_proxy.settings.token_source import TokenFile, TokenProfile, TokenUrl
from signer_proxy.tokens.origin import FileOrigin, PartnerOrigin, ProfileOrigin, TokenOrigin
from signer_proxy.tokens.partner_request import PartnerRequest
from signer_proxy.users.file_store import FileStore
from signer_proxy.users.keyring_store import KeyringStore
from signer_proxy.users.users import Store, Users


@dataclass(frozen=True, slots=True)
class Upstream:
    """An API that we send to."""

    name: str
    origin: str
    """Scheme, host and, where it is not the scheme's default, port."""
    authority: bytes
    """What `Host` says upstream."""
    base: bytes
    """The path in its URL, without a slash at the end; empty for most."""
    default_profile: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A scheme with its credentials, what it may be used for, and what is done beside signing."""

    name: str
    upstream: str
    scheme: Scheme
    policy: Policy
    answer_keys: tuple[PrivateKey, ...] = ()
    """Open envelopes in answers, the profile's own key first; empty where `decrypt` is off."""
    token: TokenOrigin | None = None
    public_key: str | None = None
    """The OpenSSH line that is added to registerUser."""
    users: Users | None = None
    hide_user_secret: bool = False


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a request is served with; sizes in bytes, times in seconds."""

    upstreams: Mapping[str, Upstream]
    profiles: Mapping[str, Profile]
    ports: Mapping[int, str]
    """The local ports, each with the name of its upstream."""
    max_body: int
    max_answer: int
    connect_timeout: float
    answer_timeout: float


def build(configuration: Configuration) -> Runtime:
    """Build the runtime of a config that was checked."""
    settings = configuration.settings
    upstreams = {
        name: _upstream(name, upstream.url, upstream.default_profile) for name, upstream in settings.upstreams.items()
    }
    profiles = {name: _profile(configuration, name, profile) for name, profile in settings.profiles.items()}
    return Runtime(
        MappingProxyType(upstreams),
        MappingProxyType(profiles),
        MappingProxyType({upstream.port: name for name, upstream in settings.upstreams.items()}),
        settings.proxy.max_body,
        settings.proxy.max_answer,
        settings.proxy.connect_timeout,
        settings.proxy.answer_timeout,
    )


def _upstream(name: str, url: str, default_profile: str | None) -> Upstream:
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Upstream(name, origin, parts.netloc.encode(), parts.path.encode(), default_profile)


def _profile(configuration: Configuration, name: str, settings: SnapTradeSignature | SnapTradeJwt) -> Profile:
    match settings:
        case SnapTradeSignature():
            profile = _signature(configuration, name, settings)
        case SnapTradeJwt():
            profile = _jwt(configuration, name, settings)
    keys = _answer_keys(configuration, name, settings.upstream) if settings.decrypt else ()
    return replace(profile, answer_keys=keys)


def _signature(configuration: Configuration, name: str, settings: SnapTradeSignature) -> Profile:
    client_id = configuration.secrets[name, "client_id"].get_secret_value()
    scheme = SnaptradeSignature(
        client_id=client_id,
        consumer_key=configuration.secrets[name, "consumer_key"],
        account=settings.account,
        user_id=settings.user_id,
        user_secret=configuration.secrets.get((name, "user_secret")),
        form=settings.canonical_json,
        max_body=configuration.settings.proxy.max_body,
    )
    public_key = configuration.public_keys.get(name)
    return Profile(
        name,
        settings.upstream,
        scheme,
        _policy(settings, scheme.operations),
        public_key=public_key.line() if public_key else None,
        users=Users(_store(configuration, name, settings.users), client_id) if settings.users else None,
        hide_user_secret=settings.hide_user_secret,
    )


def _jwt(configuration: Configuration, name: str, settings: SnapTradeJwt) -> Profile:
    client_id = configuration.secrets[name, "client_id"].get_secret_value() if settings.send_client_id else None
    scheme = SnaptradeJwt(client_id)
    origin = _origin(configuration, name, settings.token)
    return Profile(name, settings.upstream, scheme, _policy(settings, scheme.operations), token=origin)


def _policy(settings: SnapTradeSignature | SnapTradeJwt, operations: Operations) -> Policy:
    return Policy(Access[settings.access.upper()], settings.allow, settings.deny, operations)


def _origin(configuration: Configuration, name: str, token: TokenFile | TokenUrl | TokenProfile) -> TokenOrigin:
    key = configuration.keys[name]
    match token:
        case TokenFile():
            return FileOrigin(key, configuration.paths[name, "token"])
        case TokenUrl():
            headers = {
                header: configuration.secrets[name, f"token.headers.{header}"].get_secret_value()
                for header in token.headers
            }
            request = PartnerRequest(token.url, token.method, headers, token.body)
            return PartnerOrigin(key, request, token.path or "")
        case TokenProfile():
            return ProfileOrigin(key, token.profile)


def _store(configuration: Configuration, name: str, users: FileReference | KeyringReference) -> Store:
    match users:
        case FileReference():
            return FileStore(configuration.paths[name, "users"])
        case KeyringReference(keyring=entry):
            return KeyringStore(entry, configuration.lock_file(name))


def _answer_keys(configuration: Configuration, name: str, upstream: str) -> tuple[PrivateKey, ...]:
    profiles = configuration.settings.profiles
    others = [other for other in configuration.keys if other != name and profiles[other].upstream == upstream]
    return tuple(configuration.keys[each] for each in (name, *others) if each in configuration.keys)
