"""Tell whether files have changed, and where a change of them shows."""

from collections.abc import Iterable, Mapping
from pathlib import Path

type Fingerprint = Mapping[Path, object]
"""What differs as soon as a file was written to, replaced, removed or swapped by a link."""


def fingerprint(files: Iterable[Path]) -> Fingerprint:
    """Return the fingerprint of files, and why there is none of those that cannot be looked at."""
    return {file: _state(file) for file in files}


def _state(file: Path) -> object:
    try:
        found = file.stat()
    except OSError as e:
        return e.errno
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode


def is_missing_or_empty(file: Path) -> bool:
    """Tell whether a file is as it is for a moment while some editors write it."""
    try:
        return file.stat().st_size == 0
    except OSError:
        return True


def places(files: Iterable[Path]) -> Fingerprint:
    """Return where changes show: the directory of each file and, for a link, of all that it leads through."""
    found = {_existing(link.parent) for file in files for link in _links(file)}
    return {place: (place.stat().st_dev, place.stat().st_ino) for place in found}


def _existing(directory: Path) -> Path:
    return next(place for place in (directory, *directory.parents) if place.is_dir())


def _links(file: Path) -> list[Path]:
    found = [file, file.resolve()]
    while found[-2].is_symlink() and len(found) < 40:
        found.insert(-1, found[-2].parent / found[-2].readlink())
    return found
