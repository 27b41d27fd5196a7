"""The three ways to the APIs through the proxy, with the addresses that the recipes show."""

from dataclasses import dataclass
from typing import Final, Literal

from tests.recipes.calls import CALLS, Call

_SHOWN_ALWAYS: Final = tuple(call for call in CALLS if call.is_shown_always)

type Name = Literal["reverse", "forward", "exec"]


@dataclass(frozen=True, slots=True)
class Way:
    """How a tool comes to the proxy."""

    name: Name
    snaptrade: str
    pti: str
    """Base URLs, as the tool is given them."""
    proxy: str | None = None
    """What the tool is told to use as its proxy."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that a page shows for it: all of them once, and then those that tell the ways apart."""
        return CALLS if self.name == "reverse" else _SHOWN_ALWAYS

    def url(self, call: Call) -> str:
        """Return where a call goes, as the tool is given it."""
        return (self.snaptrade if call.api == "snaptrade" else self.pti) + call.path


REVERSE: Final = Way("reverse", "http://127.0.0.1:8080", "http://127.0.0.1:8082")
# With http:// the proxy itself goes to the API over TLS, and no certificate of ours plays a part.
FORWARD: Final = Way(
    "forward", "http://api.snaptrade.com", "http://api.staging.fiant.io/v1", proxy="http://127.0.0.1:8888"
)
EXEC: Final = Way("exec", "https://api.snaptrade.com", "https://api.staging.fiant.io/v1")
WAYS: Final[dict[Name, Way]] = {way.name: way for way in (REVERSE, FORWARD, EXEC)}
