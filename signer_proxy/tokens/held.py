"""A token in use: from when on it is to be renewed, and how long it may go into requests."""

import math
from dataclasses import dataclass
from typing import Final

from signer_proxy.tokens.access_token import Token

_AHEAD: Final = 60.0
_SLACK: Final = 1.0
"""A request takes time to arrive, and a token that ends on the way would be refused."""


@dataclass(frozen=True, slots=True)
class Held:
    """A token with its times in epoch seconds; both are infinite for a token that tells no end."""

    token: Token
    renew_at: float = math.inf
    use_until: float = math.inf


def hold(token: Token, now: float) -> Held:
    """Set the times of a token that is new: it is renewed when min(60 s, a fifth of its life) is left."""
    if token.expires is None:
        return Held(token)
    life = token.expires - now
    return Held(token, token.expires - min(_AHEAD, life / 5), token.expires - min(_SLACK, life / 20))
