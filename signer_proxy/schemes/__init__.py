"""The schemes: each is one file, which says how a request is authenticated and what of it is ours."""

from signer_proxy.schemes.snaptrade_signature import SnaptradeSignature

type Scheme = SnaptradeSignature

__all__ = ["Scheme", "SnaptradeSignature"]
