"""Read a config that is in use again, with every file it refers to: what they say now, or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from signer_proxy.assembly import build
from signer_proxy.errors import ConfigError, StartError
from signer_proxy.reload.fingerprint import Fingerprint, fingerprint
from signer_proxy.runtime import Runtime
from signer_proxy.settings.configuration import Configuration, load, watched


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found: something to use, an error, or neither where the files changed meanwhile."""

    before: Fingerprint
    new: tuple[Configuration, Runtime] | None = None
    error: Exception | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it tells anything."""
        return self.new is not None or self.error is not None


def read(
    current: Configuration, seen: Fingerprint, environ: Mapping[str, str], previous: Configuration | None
) -> Reading:
    """Read all anew; keyring and programs are asked again only for what is not in `previous`."""
    # Taken before anything is read: whatever is written from then on differs from it, and is read at the next look.
    before = fingerprint(seen)
    try:
        if current.path is not None:
            before = fingerprint(current.files | watched(current.path, environ))
        new = load(current.path, environ, previous)
        is_whole = new.files <= before.keys() and fingerprint(before) == before
        return Reading(before, (new, build(new)) if is_whole else None)  # else the next event or tick reads it
    except Exception as e:  # noqa: BLE001 - it is told where all else is
        return Reading(before, error=e)


def problems_of(error: Exception) -> tuple[str, ...]:
    """Return what may be told of an error, a line each."""
    if isinstance(error, ConfigError | StartError):
        return tuple(str(error).splitlines())
    return (f"internal: {type(error).__name__} in a reload",)  # its text could hold anything
