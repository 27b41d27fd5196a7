"""A config that was found, read and checked, with its secrets at hand."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr, ValidationError

from signer_proxy.errors import ConfigError
from signer_proxy.settings import regular_file
from signer_proxy.settings.built_in import NAME, built_in
from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.credentials import SecretKey, read_credentials
from signer_proxy.settings.cross_check import cross_check
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.home import home
from signer_proxy.settings.open_secret import in_the_open
from signer_proxy.settings.schema import Settings
from signer_proxy.settings.schema_problems import schema_problems
from signer_proxy.settings.secret_reference import CommandReference, FileReference, KeyringReference
from signer_proxy.settings.secret_value import Reference, file_path
from signer_proxy.settings.unreadable import UnreadableError


@dataclass(frozen=True, slots=True)
class Configuration:
    """A config and the values of its secrets; `path` is None for the built-in one."""

    path: Path | None
    settings: Settings
    secrets: Mapping[SecretKey, SecretStr]
    """By profile and key, such as ("partner", "consumer_key"); client ids are among them."""
    files: frozenset[Path]
    """Absolute paths, links not followed: the config and every file that it refers to."""
    warnings: tuple[str, ...]


def find(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> Path | None:
    """Return where the config stands, or None for the built-in one; what a user names is not looked for elsewhere."""
    named = explicit or environ.get("SIGNER_PROXY_CONFIG")
    if named:
        return cwd / named
    # A relative XDG_CONFIG_HOME is to be ignored: XDG Base Directory Specification, "Basics".
    xdg = environ.get("XDG_CONFIG_HOME", "")
    base = Path(xdg) if os.path.isabs(xdg) else home(environ) / ".config"
    # A link that leads nowhere was found, too: to pass it by would be to use another config than the one that is meant.
    places = (cwd / "signer-proxy.toml", base / "signer-proxy" / "config.toml")
    return next((place for place in places if os.path.lexists(place)), None)


def load(path: Path | None, environ: Mapping[str, str], previous: Configuration | None = None) -> Configuration:
    """Read and check a config, or the built-in one; raises ConfigError with all that is wrong.

    Keyring and programs are asked again only where their reference is not one of `previous`.
    """
    path = path.absolute() if path else None
    data, state = (built_in(environ), None) if path is None else _read(path)
    settings, draft, problems = _checked(data)
    directory = path.parent if path else Path.cwd()
    secrets, unreadable = read_credentials(draft, directory, environ, _kept(path, previous))
    name = str(path or NAME)
    if settings is None or problems or unreadable:
        raise ConfigError(*(problem.line(name) for problem in (*problems, *unreadable)))
    return Configuration(
        path,
        settings,
        MappingProxyType(secrets),
        _files(path, draft, environ),
        tuple(warning.line(name) for warning in in_the_open(draft, path, state)),
    )


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
    references = {key: getattr(previous.settings.profiles[key[0]], key[1]) for key in previous.secrets}
    return {
        reference: previous.secrets[key]
        for key, reference in references.items()
        if isinstance(reference, KeyringReference | CommandReference)
    }


def _files(path: Path | None, draft: Draft, environ: Mapping[str, str]) -> frozenset[Path]:
    if path is None:
        return frozenset()
    references = (reference for _, _, reference in draft.references())
    return frozenset(
        {path, *(file_path(file, path.parent, environ) for file in references if isinstance(file, FileReference))}
    )
