"""Build the runtime of a config that was loaded: each profile's scheme, with its credentials at hand."""

from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from signer_proxy.access import Policy
from signer_proxy.operations import Access, Operations
from signer_proxy.runtime import AuditPlace, Inspection, Profile, Runtime, Trust, Upstream
from signer_proxy.schemes import PtiSignature, PtiToken, SnaptradeJwt, SnaptradeSignature
from signer_proxy.settings import schema
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.secret_reference import FileReference, KeyringReference
from signer_proxy.settings.token_source import TokenFile, TokenProfile, TokenUrl
from signer_proxy.tokens.origin import FileOrigin, PartnerOrigin, ProfileOrigin, SingleUse, TokenOrigin
from signer_proxy.tokens.partner_request import PartnerRequest
from signer_proxy.users.file_store import FileStore
from signer_proxy.users.keyring_store import KeyringStore
from signer_proxy.users.users import Store, Users

if TYPE_CHECKING:  # what reads keys takes longer to load than a command that needs none
    from signer_proxy.crypto.rsa_key import PrivateKey


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
        settings.proxy.host,
        MappingProxyType(_ports(settings)),
        _trust(configuration),
        settings.proxy.max_body,
        settings.proxy.max_answer,
        settings.proxy.connect_timeout,
        settings.proxy.answer_timeout,
        settings.proxy.admin_port,
        AuditPlace(configuration.paths["", "audit"], settings.audit.rotate) if settings.audit else None,
        Inspection(
            settings.inspect.web_port,
            settings.inspect.keep,
            settings.inspect.keep_bytes,
            configuration.paths.get(("", "save")),
        ),
    )


def _ports(settings: schema.Settings) -> dict[int, str | None]:
    ports: dict[int, str | None] = {upstream.port: name for name, upstream in settings.upstreams.items()}
    return ports if settings.proxy.forward_port is None else {**ports, settings.proxy.forward_port: None}


def _trust(configuration: Configuration) -> Trust:
    proxy = configuration.settings.proxy
    return Trust(
        frozenset(host.lower() for host in proxy.allowed_hosts),
        frozenset(origin.encode() for origin in proxy.allowed_origins),
        configuration.secrets.get(("", "client_token")),
    )


def _upstream(name: str, url: str, default_profile: str | None) -> Upstream:
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Upstream(name, origin, parts.netloc.encode(), parts.path.encode(), default_profile)


def _profile(configuration: Configuration, name: str, settings: schema.Profile) -> Profile:
    match settings:
        case schema.SnapTradeSignature():
            return _snaptrade_signature(configuration, name, settings)
        case schema.SnapTradeJwt():
            return _snaptrade_jwt(configuration, name, settings)
        case schema.PtiSignatureProfile():
            scheme = PtiSignature(_client_id(configuration, name), configuration.pti_keys[name])
            return Profile(name, settings.upstream, scheme, _policy(settings, scheme.operations))
        case schema.PtiTokenProfile(issuer=issuer, token_url=form):
            token = PtiToken(_client_id(configuration, issuer))
            policy = _policy(settings, token.operations)
            return Profile(name, settings.upstream, token, policy, token=SingleUse(issuer, form))


def _snaptrade_signature(configuration: Configuration, name: str, settings: schema.SnapTradeSignature) -> Profile:
    client_id = _client_id(configuration, name)
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
        answer_keys=_answer_keys(configuration, name, settings),
        public_key=public_key.line() if public_key else None,
        users=Users(_store(configuration, name, settings.users), client_id) if settings.users else None,
        hide_user_secret=settings.hide_user_secret,
    )


def _snaptrade_jwt(configuration: Configuration, name: str, settings: schema.SnapTradeJwt) -> Profile:
    scheme = SnaptradeJwt(_client_id(configuration, name) if settings.send_client_id else None)
    return Profile(
        name,
        settings.upstream,
        scheme,
        _policy(settings, scheme.operations),
        answer_keys=_answer_keys(configuration, name, settings),
        token=_origin(configuration, name, settings.token),
    )


def _client_id(configuration: Configuration, name: str) -> str:
    return configuration.secrets[name, "client_id"].get_secret_value()


def _policy(settings: schema.Profile, operations: Operations) -> Policy:
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


def _answer_keys(
    configuration: Configuration, name: str, settings: schema.SnapTradeSignature | schema.SnapTradeJwt
) -> tuple["PrivateKey", ...]:
    """Return the keys that open envelopes in answers, the profile's own first; none where `decrypt` is off."""
    if not settings.decrypt:
        return ()
    profiles, keys = configuration.settings.profiles, configuration.keys
    others = [other for other in keys if other != name and profiles[other].upstream == settings.upstream]
    return tuple(keys[each] for each in (name, *others) if each in keys)
