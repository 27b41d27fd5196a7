"""One immutable picture of config and keys, fully checked: a request is served by exactly one, a reload swaps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from signer_proxy.access import Policy
from signer_proxy.operations import Access
from signer_proxy.schemes import Scheme, SnaptradeSignature
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.schema import SnapTradeSignature


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
    """A scheme with its credentials, and what it may be used for."""

    name: str
    upstream: str
    scheme: Scheme
    policy: Policy


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


def _profile(configuration: Configuration, name: str, settings: SnapTradeSignature) -> Profile:
    scheme = SnaptradeSignature(
        client_id=configuration.secrets[name, "client_id"].get_secret_value(),
        consumer_key=configuration.secrets[name, "consumer_key"],
        account=settings.account,
        user_id=settings.user_id,
        user_secret=configuration.secrets.get((name, "user_secret")),
        form=settings.canonical_json,
        max_body=configuration.settings.proxy.max_body,
    )
    policy = Policy(Access[settings.access.upper()], settings.allow, settings.deny, scheme.operations)
    return Profile(name, settings.upstream, scheme, policy)
