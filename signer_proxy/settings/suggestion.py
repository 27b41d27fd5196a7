"""The nearest known word to one that is not known."""

from collections.abc import Collection
from difflib import get_close_matches

from signer_proxy.settings.got import bare


def suggestion(word: str, known: Collection[str]) -> str:
    """Return "did you mean X?" for the nearest known word, or the list of them where none is near."""
    near = get_close_matches(word, known, n=1)
    if near:
        return f"did you mean {bare(near[0])}?"
    return f"known: {', '.join(map(bare, known))}" if known else "there is none yet"
