"""How the proxy listens, whom it lets in, and what it bears."""

from ipaddress import ip_address
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from signer_proxy.destination import DEFAULT_PORTS
from signer_proxy.settings.got import got
from signer_proxy.settings.secret_reference import SecretReference
from signer_proxy.settings.table import Table
from signer_proxy.settings.units import Duration, Size

LOOPBACK: Final = "127.0.0.1"

_AUTHORITY: Final = r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$"
HOST_PATTERN: Final = f"^{_AUTHORITY}"
ORIGIN_PATTERN: Final = f"^[A-Za-z][A-Za-z0-9+.-]*://{_AUTHORITY}"


def _address(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError as e:
        raise ValueError(f'must be an IP address, such as "{LOOPBACK}" or "0.0.0.0", {got(host)}') from e


def _origin(origin: str) -> str:
    """Return an origin as browsers write it: in lower case, without the default port of its scheme."""
    scheme, _, authority = origin.lower().partition("://")
    return f"{scheme}://{authority.removesuffix(f':{DEFAULT_PORTS.get(scheme)}')}"


type Port = Annotated[int, Field(ge=1, le=65535)]
type AllowedHost = Annotated[str, Field(pattern=HOST_PATTERN)]
type Origin = Annotated[str, Field(pattern=ORIGIN_PATTERN), AfterValidator(_origin)]


class Proxy(Table):
    """How the proxy listens, whom it lets in, and what it bears."""

    host: Annotated[str, AfterValidator(_address)] = Field(
        default=LOOPBACK,
        description=f"The address of the ports; {LOOPBACK} means ::1, too, and any other needs client_token.",
    )
    allowed_hosts: tuple[AllowedHost, ...] = Field(
        default=(), strict=False, description='Further Host values, such as "signer-proxy:8080" in a container.'
    )
    forward_port: Port | None = Field(
        default=None, description="The port of an explicit proxy, for curl -x and HTTPS_PROXY."
    )
    admin_port: Port | None = Field(default=None, description="The port of the status page, health and metrics.")
    client_token: SecretReference | None = Field(
        default=None, description="What clients must send in the header Signer-Token."
    )
    allowed_origins: tuple[Origin, ...] = Field(
        default=(), strict=False, description='Pages that may call us, such as "http://localhost:3000".'
    )
    # The defaults stand inside the annotations, written as in TOML: they are read and shown as what a user writes.
    max_body: Annotated[
        Size, Field(default="10 MiB", validate_default=True, description="The largest body, as sent and as unpacked.")
    ]
    max_answer: Annotated[Size, Field(default="64 MiB", validate_default=True, description="The largest answer.")]
    connect_timeout: Annotated[
        Duration,
        Field(default="5 s", validate_default=True, description="How long a connection to an upstream may take."),
    ]
    answer_timeout: Annotated[
        Duration,
        Field(default="60 s", validate_default=True, description="How long may pass between two pieces of an answer."),
    ]
