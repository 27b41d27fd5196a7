"""What a forward port is lent with: all that a program needs to be sent there and to believe what it meets."""

import json
from dataclasses import asdict, dataclass, field
from typing import Self
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Lease:
    """A forward port of 127.0.0.1 where hosts that are no upstream's pass, open until it is given back."""

    port: int
    upstreams: tuple[str, ...]
    """The origins of the upstreams."""
    authorities: str = field(repr=False)
    """PEM: what vouches for the upstreams' hosts at the port."""
    client_token: str | None = field(default=None, repr=False)
    """What must be shown at the port; None where nothing must."""

    def url(self) -> str:
        """Return the URL of the port as a proxy; it holds the token."""
        user = "" if self.client_token is None else f"signer:{quote(self.client_token, safe='')}@"
        return f"http://{user}127.0.0.1:{self.port}"

    def line(self) -> bytes:
        """Return it as one line of JSON, with the token in it: only the user's own socket may carry it."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Read such a line. Raises ValueError, KeyError, TypeError for what is none."""
        found = json.loads(line)
        port, upstreams, token = int(found["port"]), tuple(map(str, found["upstreams"])), found["client_token"]
        return cls(port, upstreams, str(found["authorities"]), None if token is None else str(token))
