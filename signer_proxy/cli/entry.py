"""Which of the requests in a file is meant: the one that is asked for, else the one that was refused."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from signer_proxy.cli.failure import Failure
from signer_proxy.schemes.pti_headers import SIGNATURE

_SIGNED: Final = {"signature", SIGNATURE.decode(), "authorization"}


def choose[E](
    entries: Sequence[E],
    number: int | None,
    subject: str,
    *,
    names: Callable[[E], Collection[str]],
    status: Callable[[E], int | None],
) -> E:
    """Return entry `number`, from 1; else the last signed one that was answered 401, else the last. Raises Failure.

    `names` returns the names of an entry's headers, in lower case.
    """
    if not entries:
        raise Failure(f"{subject}: must hold a request, got none (record it again)")
    if number is not None:
        if not 1 <= number <= len(entries):
            raise Failure(f"{subject}: --entry must be 1 to {len(entries)}, got {number}")
        return entries[number - 1]
    signed = [entry for entry in entries if not _SIGNED.isdisjoint(names(entry))]
    refused = [entry for entry in signed if status(entry) == 401]
    return (refused or signed or entries)[-1]
