"""Remember the x-pti-request-id of each request that was let in: no two of a client's may be equal."""

import re
from collections.abc import Sequence
from typing import Final

from signer_proxy.sandbox.pti.errors import conflict, invalid

# The API description's form of an id, `uuidLikeStr`.
_FORM: Final = re.compile(rb"[a-z0-9_-]{3,64}")


class RequestIds:
    """The ids of all clients, as long as the sandbox lives."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def take(self, client_id: str, given: Sequence[bytes]) -> str | None:
        """Return the id among the header's values, None where there is no header; raise PtiError for one of before."""
        if not given:
            return None
        if len(given) > 1 or not _FORM.fullmatch(given[0]):
            rule = "3 to 64 of the signs a-z, 0-9, _ and -"
            raise invalid("bad-request-id", f"A request may have one x-pti-request-id, made of {rule}.")
        request_id = given[0].decode("ascii")
        if (client_id, request_id) in self._seen:
            raise conflict(
                "duplicate-request-id",
                "Request id already used",
                "The x-pti-request-id must be a new one for each request; this client has sent it before.",
            )
        self._seen.add((client_id, request_id))
        return request_id
