"""What is right in a config that is wrong elsewhere: secrets and files that were found, and what stands in the open."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from signer_proxy.checks.finding import Finding
from signer_proxy.checks.provenance import described, living, subject, with_mode
from signer_proxy.settings.config_problem import KeyPath, Problem
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.key_reference import PrivateKeyFile, PtiKeyFile, PublicKeyFile
from signer_proxy.settings.open_secret import in_the_open
from signer_proxy.settings.secret_value import file_path
from signer_proxy.settings.table import Table

_KEYS: Final[Mapping[type[Table], str]] = {
    PrivateKeyFile: "private_key",
    PtiKeyFile: "private_key",
    PublicKeyFile: "rsa_public_key",
}


def draft_findings(
    draft: Draft, path: Path, problems: Collection[str], environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield what the lines of `problems` are not about: it was looked for with them, and nobody is asked again."""
    path = path.absolute()
    for warning in in_the_open(draft, path, path.stat()):
        yield Finding("warning", "config", warning.line(str(path)))
    for place, reference in draft.references():
        if not isinstance(reference, SecretStr) and _is_right(place.path, path, problems):
            key = (place.profile, place.key)
            yield Finding("ok", subject(key), f"found in {described(reference, path.parent, environ)}")
    for kind, way in _KEYS.items():
        for profile, file in draft.key_files(kind):
            if _is_right(("profiles", profile, way), path, problems):
                found = with_mode(file, path.parent, environ)
                yield Finding("ok", subject((profile, way)), f"found in {found}")
    for way in ("token", "users"):
        for profile, file in draft.files(way):
            yield living((profile, way), file_path(file, path.parent, environ))


def _is_right(key: KeyPath, config: Path, problems: Collection[str]) -> bool:
    line = Problem(key, "").line(str(config)).removesuffix(": ")
    return not any(problem.startswith((f"{line}: ", f"{line}.")) for problem in problems)
