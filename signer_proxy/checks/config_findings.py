"""What a config that loads has: its secrets by the names of their references, its keys, its files and their modes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import SecretStr

from signer_proxy.checks.finding import Finding
from signer_proxy.checks.provenance import described, living, subject, with_mode
from signer_proxy.settings.configuration import Configuration
from signer_proxy.settings.key_reference import PrivateKeyFile, PtiKeyFile


def config_findings(configuration: Configuration, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what was found, one thing after the other; what cannot be had has kept the config from loading."""
    place = str(configuration.path) if configuration.path else "built in, with the credentials of the environment"
    upstreams, profiles = configuration.settings.upstreams, configuration.settings.profiles
    yield Finding("ok", "config", f"{place}: {_count(upstreams, 'upstream')}, {_count(profiles, 'profile')}")
    for warning in configuration.warnings:
        yield Finding("warning", "config", warning)
    directory = configuration.path.parent if configuration.path else Path.cwd()
    for key, reference in configuration.references.items():
        if not isinstance(reference, SecretStr):  # client ids, and what a warning is about
            yield Finding("ok", subject(key), f"found in {described(reference, directory, environ)}")
    yield from _keys(configuration, directory, environ)
    for key, path in configuration.paths.items():
        yield living(key, path)


def _keys(configuration: Configuration, directory: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    for profile, key in configuration.keys.items():
        place = _key_file(configuration, profile, directory, environ)
        yield Finding("ok", subject((profile, "private_key")), f"RSA, {key.bits} bits, {key.fingerprint}, {place}")
    for profile, pti_key in configuration.pti_keys.items():
        place = _key_file(configuration, profile, directory, environ)
        kind = "RSA, signs as RS512" if pti_key.is_rsa else "Ed25519, signs as EdDSA"
        yield Finding("ok", subject((profile, "private_key")), f"{kind}, thumbprint {pti_key.thumbprint}, {place}")
    for profile, public in configuration.public_keys.items():
        yield Finding("ok", subject((profile, "rsa_public_key")), f"RSA, {public.bits} bits, {public.fingerprint}")


def _key_file(configuration: Configuration, profile: str, directory: Path, environ: Mapping[str, str]) -> str:
    reference = getattr(configuration.settings.profiles[profile], "private_key", None)
    assert isinstance(reference, PrivateKeyFile | PtiKeyFile)
    return with_mode(reference.file, directory, environ)


def _count(things: Mapping[str, object], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
