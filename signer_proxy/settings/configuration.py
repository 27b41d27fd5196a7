"""A config that was found, read and checked, with its secrets at hand."""

import hashlib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr, ValidationError

from signer_proxy.errors import ConfigError
from signer_proxy.settings import regular_file
from signer_proxy.settings.built_in import BUILT_IN, NAME, built_in
from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.credentials import SecretKey, read_credentials
from signer_proxy.settings.cross_check import cross_check
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.home import state_home
from signer_proxy.settings.key_reference import PrivateKeyFile, PtiKeyFile, PublicKeyFile
from signer_proxy.settings.keys import LoadedKeys, load_pti, load_rsa, read_private_keys, read_public_keys
from signer_proxy.settings.open_secret import in_the_open
from signer_proxy.settings.schema import Settings
from signer_proxy.settings.schema_problems import schema_problems
from signer_proxy.settings.secret_reference import CommandReference, FileReference, KeyringReference
from signer_proxy.settings.secret_value import Reference, file_path
from signer_proxy.settings.unreadable import UnreadableError

if TYPE_CHECKING:  # what reads keys takes longer to load than a command that needs none
    from signer_proxy.crypto.jwk import PtiKey
    from signer_proxy.crypto.rsa_key import PrivateKey, PublicKey

_KEY_FILES: Final = (PrivateKeyFile, PtiKeyFile, PublicKeyFile)
_LIVING: Final = ("token", "users")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A config and the values of its secrets; `path` is None for the built-in one."""

    path: Path | None
    settings: Settings
    secrets: Mapping[SecretKey, SecretStr]
    """By profile and key, such as ("partner", "consumer_key") or ("alice", "private_key.passphrase"); client ids too.
    Those of `[proxy]` have no profile: ("", "client_token").

    The values of a token source's headers stand behind their names, as in ("alice", "token.headers.Authorization").
    """
    files: frozenset[Path]
    """Absolute paths, links not followed: the config and every file that it refers to, less those in `paths`."""
    warnings: tuple[str, ...]
    keys: Mapping[str, "PrivateKey"] = field(default_factory=dict)
    """By profile: what opens envelopes."""
    public_keys: Mapping[str, "PublicKey"] = field(default_factory=dict)
    """By profile: what is added to registerUser."""
    pti_keys: Mapping[str, "PtiKey"] = field(default_factory=dict)
    """By profile: what signs for PTI."""
    paths: Mapping[SecretKey, Path] = field(default_factory=dict)
    """Files that come and go while we run, by profile and key ("token", "users"): absolute, links not followed.

    The audit's and the inspector's have no profile: ("", "audit"), ("", "save").
    """
    references: Mapping[SecretKey, Reference] = field(default_factory=dict, repr=False)
    """Where `secrets` were had."""
    loaded: "LoadedKeys[PrivateKey]" = field(default_factory=dict, repr=False)
    """The keys again, by their files' content."""
    loaded_pti: "LoadedKeys[PtiKey]" = field(default_factory=dict, repr=False)
    state: Path = Path()
    """The directory of what outlives a restart, made when it is needed."""

    def lock_file(self, profile: str) -> Path:
        """Return the lock of a profile's users in the keyring: one for each entry, in whatever config it stands."""
        users = getattr(self.settings.profiles[profile], "users", None)
        assert isinstance(users, KeyringReference)  # nobody else needs it
        return self.state / f"users-{hashlib.sha256(users.keyring.encode()).hexdigest()[:16]}.lock"


def load(path: Path | None, environ: Mapping[str, str], previous: Configuration | None = None) -> Configuration:
    """Read and check a config, or the built-in one; raises ConfigError with all that is wrong.

    Keyring and programs are asked again only where their reference is not one of `previous`.
    """
    path = path.absolute() if path else None
    data, state = (built_in(environ), None) if path is None else _read(path)
    settings, draft, problems = _checked(data)
    directory = path.parent if path else Path.cwd()
    secrets, unreadable = read_credentials(draft, directory, environ, _kept(path, previous))
    rsa, pti, public = (tuple(_placed(draft.key_files(kind), directory, environ)) for kind in _KEY_FILES)
    keys, loaded, broken = read_private_keys(rsa, draft, secrets, load_rsa, previous.loaded if previous else {})
    pti_keys, loaded_pti, broken_pti = read_private_keys(
        pti, draft, secrets, load_pti, previous.loaded_pti if previous else {}
    )
    public_keys, broken_public = read_public_keys(public)
    name = str(path or NAME)
    problems = (*problems, *unreadable, *broken, *broken_pti, *broken_public)
    if settings is None or problems:
        raise ConfigError(*(problem.line(name) for problem in problems))
    return Configuration(
        path,
        settings,
        MappingProxyType(secrets),
        _files(path, draft, environ),
        tuple(warning.line(name) for warning in in_the_open(draft, path, state)),
        MappingProxyType(keys),
        MappingProxyType(public_keys),
        MappingProxyType(pti_keys),
        MappingProxyType(_paths(settings, draft, directory, environ)),
        MappingProxyType({(place.profile, place.key): reference for place, reference in draft.references()}),
        MappingProxyType(loaded),
        MappingProxyType(loaded_pti),
        state_home(environ),
    )


def draft(path: Path) -> Draft:
    """Return what is sound in a config, its secrets unread. Raises ConfigError where it is no TOML."""
    return _checked(_read(path)[0])[1]


def checked_draft(path: Path | None) -> Draft:
    """Return a config, or the built-in one, its secrets unread. Raises ConfigError with all that is wrong."""
    settings, draft, problems = _checked(BUILT_IN if path is None else _read(path)[0])
    if settings is None or problems:
        raise ConfigError(*(problem.line(str(path or NAME)) for problem in problems))
    return draft


def audit_file(path: Path, environ: Mapping[str, str]) -> Path | None:
    """Return where a config wants the audit, its secrets unread. Raises ConfigError with all that is wrong."""
    settings, _, problems = _checked(_read(path)[0])
    if settings is None or problems:
        raise ConfigError(*(problem.line(str(path)) for problem in problems))
    return file_path(settings.audit.file, path.absolute().parent, environ) if settings.audit else None


def watched(path: Path, environ: Mapping[str, str]) -> frozenset[Path]:
    """Return the files whose change may mend a config that does not load: itself, and what it refers to by now."""
    path = path.absolute()
    try:
        _, draft, _ = _checked(_read(path)[0])
    except ConfigError:
        return frozenset({path})
    return _files(path, draft, environ)


def _read(path: Path) -> tuple[Mapping[str, object], os.stat_result]:
    try:
        content, state = regular_file.read(path)
    except UnreadableError as e:
        raise ConfigError(f"config {e}") from e
    try:
        return tomllib.loads(content.decode()), state
    except UnicodeDecodeError as e:
        raise ConfigError(f"{path}: must be UTF-8 text, got another byte at {e.start} (save it as UTF-8)") from None
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"{path}: must be TOML, got a mistake: {e} (https://toml.io)") from e
    except (ValueError, RecursionError) as e:  # a number of thousands of digits, lists a thousand deep
        raise ConfigError(
            f"{path}: must be TOML of a sensible size, got more than can be read (lists or numbers without end?)"
        ) from e


def _checked(data: Mapping[str, object]) -> tuple[Settings | None, Draft, tuple[Problem, ...]]:
    settings: Settings | None = None
    problems: tuple[Problem, ...] = ()
    try:
        settings = Settings.model_validate(data)
    except ValidationError as e:
        problems = schema_problems(e)
    draft = Draft.of(data, {problem.path for problem in problems})
    return settings, draft, (*problems, *cross_check(draft))


def _kept(path: Path | None, previous: Configuration | None) -> dict[Reference, SecretStr]:
    if previous is None or previous.path != path:  # a relative program would be another one
        return {}
    return {
        reference: previous.secrets[key]
        for key, reference in previous.references.items()
        if isinstance(reference, KeyringReference | CommandReference)
    }


def _placed(
    files: Iterable[tuple[str, str]], directory: Path, environ: Mapping[str, str]
) -> Iterator[tuple[str, Path]]:
    """Yield each profile and, for its file as it is written, the path."""
    for profile, file in files:
        yield profile, file_path(file, directory, environ)


def _paths(settings: Settings, draft: Draft, directory: Path, environ: Mapping[str, str]) -> dict[SecretKey, Path]:
    paths = {(profile, key): file for key in _LIVING for profile, file in _placed(draft.files(key), directory, environ)}
    ours = {"audit": settings.audit.file if settings.audit else None, "save": settings.inspect.save}
    return paths | {("", key): file_path(file, directory, environ) for key, file in ours.items() if file is not None}


def _files(path: Path | None, draft: Draft, environ: Mapping[str, str]) -> frozenset[Path]:
    if path is None:
        return frozenset()
    directory = path.parent
    references = (reference for _, reference in draft.references())
    secrets = (file_path(one.file, directory, environ) for one in references if isinstance(one, FileReference))
    keys = (file for kind in _KEY_FILES for _, file in _placed(draft.key_files(kind), directory, environ))
    return frozenset({path, *secrets, *keys})
