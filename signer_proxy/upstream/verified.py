"""What TLS with an upstream was verified by, for people who ask."""

import ssl
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Verified:
    """A connection whose certificate was verified: the version of TLS, and when the certificate ends, in epoch s."""

    version: str
    ends: float

    @classmethod
    def of(cls, tls: ssl.SSLObject) -> Self:
        """Read an open connection, which must have verified its certificate."""
        certificate = tls.getpeercert()
        assert certificate, "it is only there where it was verified"
        return cls(tls.version() or "", ssl.cert_time_to_seconds(str(certificate["notAfter"])))
