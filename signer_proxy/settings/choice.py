"""The keys that take one of several tables, each table told by a key of its own, and the way through such tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args, get_origin

from signer_proxy.settings.secret_reference import KINDS, MODELS, SecretReference
from signer_proxy.settings.table import Table
from signer_proxy.settings.token_source import SOURCE_KINDS, SOURCES, TokenSource
from signer_proxy.settings.user_store import STORE_KINDS, STORES, UserStore

ANY: Final = "*"
"""Stands in a path for every key of a table that has no fixed ones."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be written, as text and as models."""

    written: str
    models: Mapping[str, type[Table]]


_CHOICES: Final[Mapping[object, Choice]] = {
    SecretReference: Choice(f"text or {KINDS}", MODELS),
    TokenSource: Choice(SOURCE_KINDS, SOURCES),
    UserStore: Choice(STORE_KINDS, STORES),
}


def choice_of(model: type[Table], key: str) -> Choice | None:
    """Return the choice that a key, or each key of the table that it holds, takes; None for most."""
    field = model.model_fields.get(key)
    parts = _parts(field.annotation) if field else iter(())
    return next((_CHOICES[part] for part in parts if part in _CHOICES), None)


def table_of(model: type[Table], key: str) -> type[Table] | None:
    """Return the table that a key holds; None for most."""
    field = model.model_fields.get(key)
    parts = _parts(field.annotation) if field else iter(())
    return next((part for part in parts if isinstance(part, type) and issubclass(part, Table)), None)


def is_open(model: type[Table], key: str) -> bool:
    """Say whether a key holds a table in which any key may stand."""
    field = model.model_fields.get(key)
    return field is not None and get_origin(field.annotation) is dict


def reference_paths(model: type[Table]) -> Iterator[tuple[str, ...]]:
    """Yield where in a table the references to secrets stand, in its order."""
    for key in model.model_fields:
        choice, table = choice_of(model, key), table_of(model, key)
        if choice is _CHOICES[SecretReference]:
            yield (key, ANY) if is_open(model, key) else (key,)
            continue
        inner = [table] if table else choice.models.values() if choice else []
        yield from ((key, *rest) for one in inner for rest in reference_paths(one))


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for inner in get_args(annotation):  # an alias has none: it is one part
        yield from _parts(inner)
