"""The secrets of every profile, each reference asked once, and what is wrong with those that cannot be had."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from signer_proxy.settings.config_problem import Problem
from signer_proxy.settings.draft import Draft, Place
from signer_proxy.settings.secret_value import Reference, resolve
from signer_proxy.settings.unreadable import UnreadableError

type SecretKey = tuple[str, str]


def read_credentials(
    draft: Draft, directory: Path, environ: Mapping[str, str], kept: Mapping[Reference, SecretStr]
) -> tuple[dict[SecretKey, SecretStr], list[Problem]]:
    """Return the secrets by profile and key, and the problems; a reference that is in `kept` is not asked again."""
    values: dict[Reference, SecretStr | UnreadableError] = {**kept}
    secrets: dict[SecretKey, SecretStr] = {}
    problems: list[Problem] = []
    for place, reference in draft.references():
        if reference not in values:
            values[reference] = _value(reference, directory, environ)
        value = values[reference]
        if isinstance(value, UnreadableError):
            problems.append(Problem(place.path, str(value)))
        elif wrong := _wrong(place, value.get_secret_value()):
            problems.append(Problem(place.path, wrong))
        else:
            secrets[place.profile, place.key] = value
    return secrets, problems


def _value(reference: Reference, directory: Path, environ: Mapping[str, str]) -> SecretStr | UnreadableError:
    try:
        return resolve(reference, directory, environ)
    except UnreadableError as e:
        return e


def _wrong(place: Place, text: str) -> str | None:
    """Say what is wrong with a value for where it goes."""
    match place.way:
        case ("client_id",) if not text.isprintable() or " " in text:
            return "must be printable text without spaces, got other signs (copy it again, and nothing else)"
        case ("client_id",) if place.scheme == "pti-signature" and not text.isascii():  # it goes into a header
            return "must be printable ASCII text without spaces, got other signs (copy it again, and nothing else)"
        case ("token", "headers", _) | ("client_token",) if not text.isascii() or not text.isprintable():
            return "must be printable ASCII text on one line, got other signs (copy it again, and nothing else)"
        case _:
            return None
