"""One immutable picture of config and keys, fully checked: a request is served by exactly one, a reload swaps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from signer_proxy.access import Policy
from signer_proxy.schemes import Scheme
from signer_proxy.tokens.origin import SingleUse, TokenOrigin
from signer_proxy.users.users import Users

if TYPE_CHECKING:  # what reads keys takes longer to load than a command that needs none
    from signer_proxy.crypto.rsa_key import PrivateKey


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
    answer_keys: tuple["PrivateKey", ...] = ()
    """Open envelopes in answers, the profile's own key first; empty where `decrypt` is off."""
    token: TokenOrigin | SingleUse | None = None
    public_key: str | None = None
    """The OpenSSH line that is added to registerUser."""
    users: Users | None = None
    hide_user_secret: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the guard lets in, beside the tools of this machine."""

    allowed_hosts: frozenset[str] = frozenset()
    """Further values of `Host` that name this proxy, in lower case."""
    allowed_origins: frozenset[bytes] = frozenset()
    """The origins of pages that may call us, as browsers write them."""
    client_token: SecretStr | None = None
    """What clients prove themselves with; None where nobody has to."""


@dataclass(frozen=True, slots=True)
class AuditPlace:
    """Where the audit stands, and the bytes beyond which its file is put aside for a new one."""

    path: Path
    rotate: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """Where the inspector is seen, the exchanges and bytes that it keeps, and the file that they are added to."""

    web_port: int = 8081
    keep: int = 1000
    keep_bytes: int = 64 << 20
    save: Path | None = None


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a request is served with; sizes in bytes, times in seconds."""

    upstreams: Mapping[str, Upstream]
    profiles: Mapping[str, Profile]
    host: str
    """The address of the ports; 127.0.0.1 stands for ::1, too."""
    ports: Mapping[int, str | None]
    """The local ports, each with the name of its upstream; None for the forward port, where requests name it."""
    trust: Trust
    max_body: int
    max_answer: int
    connect_timeout: float
    answer_timeout: float
    admin_port: int | None = None
    """Where the daemon shows how it is; no request comes in there."""
    audit: AuditPlace | None = None
    inspection: Inspection = Inspection()
