"""A key and an algorithm that may have made one of the digests that a signature may stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from signer_proxy.diagnosis.budget import Budget
from signer_proxy.diagnosis.mistake import Mistake
from signer_proxy.diagnosis.snaptrade.algorithm import ALGORITHMS, Algorithm
from signer_proxy.diagnosis.variant import Variant

type Digests = Mapping[bytes, tuple[Mistake, ...]]
"""Each with the mistakes in how it was written."""


@dataclass(frozen=True, slots=True)
class Found:
    """What makes a signature: the mistakes, none for a right one, and the base that was signed."""

    mistakes: tuple[Mistake, ...]
    base: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """A key and an algorithm, and the digests that they may have made."""

    key: bytes = field(repr=False)  # SECRET, never log
    algorithm: Algorithm
    mistakes: tuple[Mistake, ...]
    is_common: bool
    digests: Digests = field(repr=False)


def proofs(ways: Sequence[Variant[bytes]], digests: Digests, count: int, *, common: bool) -> list[Proof]:
    """Return every key and algorithm that come, with how the digest was written, to exactly so many mistakes."""
    found = []
    for key in ways:
        for size, algorithm in ALGORITHMS:
            mistakes = (*key.mistakes, *algorithm.mistakes)
            is_common = key.is_common and algorithm.is_common
            left = count - len(mistakes)
            meant = {each: how for each, how in digests.items() if len(each) == size and min(len(how), 1) == left}
            if meant and (is_common or not common):
                found.append(Proof(key.value, algorithm.value, mistakes, is_common, meant))
    return found


def proved(base: bytes, by: Sequence[Proof], mistakes: tuple[Mistake, ...], budget: Budget) -> Found | None:
    """Return what made a digest of a base, where one of the proofs holds. Raises SpentError."""
    for proof in by:
        budget.hash(len(base))
        digest = proof.algorithm(proof.key, base)
        if digest in proof.digests:
            return Found((*mistakes, *proof.mistakes, *proof.digests[digest]), base)
    return None
