"""Find the mistakes that make a signature: one, two, or three of the commonest, the fewest first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from signer_proxy.diagnosis.budget import Budget, SpentError
from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.received import Received
from signer_proxy.diagnosis.snaptrade.base_form import BASE_FORMS
from signer_proxy.diagnosis.snaptrade.body import Body
from signer_proxy.diagnosis.snaptrade.content import signed_content
from signer_proxy.diagnosis.snaptrade.credentials import Credentials
from signer_proxy.diagnosis.snaptrade.escaping import escapes
from signer_proxy.diagnosis.snaptrade.key import keys
from signer_proxy.diagnosis.snaptrade.key_order import ORDERS
from signer_proxy.diagnosis.snaptrade.number_form import NUMBER_FORMS
from signer_proxy.diagnosis.snaptrade.part import Value
from signer_proxy.diagnosis.snaptrade.proof import Digests, Found, Proof, proofs, proved
from signer_proxy.diagnosis.snaptrade.spacing import SPACINGS
from signer_proxy.diagnosis.snaptrade.timestamp import far_timestamps
from signer_proxy.diagnosis.snaptrade.ways import Steps, steps
from signer_proxy.diagnosis.snaptrade.written import Choice, Writer

COMMONEST: Final = 3
"""So many mistakes at once are looked for among the common ones alone."""

# How many at once, and whether among common ones alone: these go first, since a budget may end before the rest.
_LEVELS: Final = ((0, False), (1, False), (2, True), (COMMONEST, True), (2, False))

PAIRS: Final = "pairs"
TRIPLES: Final = "triples"
KEYS: Final = "keys"


class Search:
    """All that may have been signed for one request, and with which keys; `tried` names what was tried whole."""

    def __init__(self, received: Received, body: Body, credentials: Credentials, budget: Budget) -> None:
        self._received, self._body, self._credentials = received, body, credentials
        self._budget = budget
        self._writer = Writer(received.method, budget, body.text + received.target.decode("latin-1"))
        self._right = Choice(
            form=BASE_FORMS[0].value,
            spacing=SPACINGS[0].value,
            order=ORDERS[0].value,
            escape=escapes(credentials.canonical_json)[0].value,
            numbers=NUMBER_FORMS[0].value,
            content=signed_content(body),
            path=Value(received.path.decode("latin-1")),
            query=Value(received.query.decode("latin-1")),
        )
        self.expected = self._writer.free(self._right)
        self.tried: set[str] = set()

    def find(self, digests: Digests, most: int = COMMONEST) -> Found | None:
        """Return what makes one of the digests, with at most so many mistakes; None also where the budget ends it."""
        try:
            return self._find(digests, most)
        except SpentError:
            return None

    @cached_property
    def _keys(self) -> Sequence[Any]:
        return keys(self._credentials)

    @cached_property
    def _steps(self) -> Steps:
        return steps(self._received, self._body, self._credentials, self._budget)

    @cached_property
    def _common(self) -> Steps:
        return {name: [way for way in ways if way.is_common] for name, ways in self._steps.items()}

    def _find(self, digests: Digests, most: int) -> Found | None:
        right = proved(self.expected, proofs(self._keys, digests, 0, common=False), (), self._budget)
        if right is not None or not digests:
            return right
        for count, common in _LEVELS[1:]:
            if count > most:
                continue
            by = [proofs(self._keys, digests, spent, common=common) for spent in range(count + 1)]
            found = self._at(count, by, common=common)
            if found is None and (common or count == 1):
                found = self._moved(by, count)
            if found is not None:
                return found
            if not common and count > 1:
                self.tried.add(PAIRS)
            elif count == COMMONEST:
                self.tried.add(TRIPLES)
        return None

    def _at(self, count: int, by: Sequence[Sequence[Proof]], *, common: bool) -> Found | None:
        """Return what makes a digest with exactly so many mistakes."""
        ways = self._common if common else self._steps
        for spent in range(count + 1):
            if not by[count - spent]:
                continue
            for names in [[name] for name in ways] if count == spent == 1 else [list(ways)]:
                for choice, mistakes in self._choices({name: ways[name] for name in names}, spent):
                    found = proved(self._writer.base(choice), by[count - spent], mistakes, self._budget)
                    if found is not None:
                        return found
                if count == 1:
                    self.tried |= {KEYS} if not spent else {name for name in names if len(ways[name]) > 1}
        return None

    def _moved(self, by: Sequence[Sequence[Proof]], count: int) -> Found | None:
        """Return what makes a digest with another timestamp than was sent, among common mistakes."""
        far = far_timestamps(self._received.query)
        ways = self._common if count < COMMONEST else {name: self._common[name] for name in ("content", "path")}
        for spent in range(count) if count < COMMONEST else (count - 1,):
            left = [proof for proof in by[count - 1 - spent] if proof.is_common]
            for choice, mistakes in self._choices(ways, spent) if left else ():
                base = self._writer.base(choice)
                for moved in far:
                    found = proved(moved.of(base), left, (*mistakes, moved.mistake), self._budget)
                    if found is not None:
                        return found
        return None

    def _choices(self, ways: Steps, count: int) -> Iterator[tuple[Choice, tuple[Mistake, ...]]]:
        """Yield every way with a mistake at exactly so many steps."""
        names = list(ways)

        def choose(at: int, left: int, changes: dict[str, Any], mistakes: tuple[Mistake, ...]) -> Iterator[Any]:
            if not left:
                yield replace(self._right, **changes), mistakes
                return
            for place in range(at, len(names)):
                for way in ways[names[place]]:
                    if way.mistakes:
                        more = {**changes, names[place]: way.value}
                        yield from choose(place + 1, left - 1, more, (*mistakes, *way.mistakes))

        yield from choose(0, count, {}, ())
