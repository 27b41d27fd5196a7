"""Where a profile's token comes from, as the config says it; equal origins share one token."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from signer_proxy.schemes.pti_token import Form
from signer_proxy.tokens.partner_request import PartnerRequest

if TYPE_CHECKING:  # what reads keys takes longer to load than a command that needs none
    from signer_proxy.crypto.rsa_key import PrivateKey


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """An envelope in a file."""

    key: "PrivateKey"
    path: Path


@dataclass(frozen=True, slots=True)
class PartnerOrigin:
    """An envelope in the answer of the partner's backend, at a dotted path."""

    key: "PrivateKey"
    request: PartnerRequest
    path: str


@dataclass(frozen=True, slots=True)
class ProfileOrigin:
    """An envelope in the answer to our own call as another profile."""

    key: "PrivateKey"
    profile: str


@dataclass(frozen=True, slots=True)
class SingleUse:
    """A token of its own for each request, which a signed call as the issuer gets."""

    issuer: str
    form: Form


type TokenOrigin = FileOrigin | PartnerOrigin | ProfileOrigin
"""Of tokens that are kept."""
