"""What is sound in a config that may be wrong elsewhere, so that everything that is wrong can be said at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Self

from pydantic import TypeAdapter

from signer_proxy.settings.choice import ANY, reference_paths, table_of
from signer_proxy.settings.config_problem import KeyPath
from signer_proxy.settings.schema import SCHEMES, Proxy
from signer_proxy.settings.secret_reference import SecretReference
from signer_proxy.settings.secret_value import Reference
from signer_proxy.settings.table import Table

_REFERENCE: Final[TypeAdapter[Reference]] = TypeAdapter(SecretReference)

type Tables = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reference to a secret stands: a profile of a scheme, or `[proxy]`, which has neither; the way there."""

    profile: str
    scheme: str
    way: tuple[str, ...]

    @property
    def key(self) -> str:
        """The way in one word, such as `consumer_key` or `private_key.passphrase`."""
        return ".".join(self.way)

    @property
    def path(self) -> KeyPath:
        """The key of the config that a problem is about."""
        return ("profiles", self.profile, *self.way) if self.profile else ("proxy", *self.way)


@dataclass(frozen=True, slots=True)
class Draft:
    """The tables of a config, with the keys alone that the schema finds right."""

    upstreams: Tables
    profiles: Tables
    proxy: Mapping[str, object]
    inspect: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, object], wrong: set[KeyPath]) -> Self:
        """Take from `data` what is not `wrong`, as far as it has the shape of a config."""
        proxy, inspect = (
            {key: value for key, value in _table(data, table).items() if (table, key) not in _keys(wrong, 2)}
            for table in ("proxy", "inspect")
        )
        return cls(_sound("upstreams", data, wrong), _sound("profiles", data, wrong), proxy, inspect)

    def references(self) -> Iterator[tuple[Place, Reference]]:
        """Yield each reference with its place."""
        yield from _references("", "", Proxy, self.proxy)
        for name, profile in self.profiles.items():
            scheme = str(profile.get("scheme"))
            if scheme in SCHEMES:
                yield from _references(name, scheme, SCHEMES[scheme], profile)

    def files(self, key: str) -> Iterator[tuple[str, str]]:
        """Yield each profile whose `key` names a file, with that file as it is written."""
        for name, profile in self.profiles.items():
            model = SCHEMES.get(str(profile.get("scheme")))
            match profile.get(key):
                case {"file": str(file)} if model and key in model.model_fields:
                    yield name, file

    def key_files(self, kind: type[Table]) -> Iterator[tuple[str, str]]:
        """Yield each profile that has a key of this kind, with its file as it is written."""
        for name, profile in self.profiles.items():
            model = SCHEMES.get(str(profile.get("scheme")))
            for key in model.model_fields if model else ():
                match profile.get(key):
                    case {"file": str(file)} if model and table_of(model, key) is kind:
                        yield name, file


def _found(table: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if not path:
        yield (), table
    elif isinstance(table, Mapping):
        for key in table if path[0] == ANY else path[:1]:
            if key in table:
                yield from (((key, *way), value) for way, value in _found(table[key], path[1:]))


def _references(
    profile: str, scheme: str, model: type[Table], table: Mapping[str, object]
) -> Iterator[tuple[Place, Reference]]:
    for path in reference_paths(model):
        for way, reference in _found(table, path):
            yield Place(profile, scheme, way), _REFERENCE.validate_python(reference)


def _sound(kind: Literal["upstreams", "profiles"], data: Mapping[str, object], wrong: set[KeyPath]) -> Tables:
    keys = _keys(wrong, 3)
    return {
        name: {key: value for key, value in table.items() if (kind, name, key) not in keys}
        if isinstance(table, dict)
        else {}
        for name, table in _table(data, kind).items()
    }


def _table(data: Mapping[str, object], kind: str) -> Mapping[str, object]:
    table = data.get(kind)
    return table if isinstance(table, dict) else {}


def _keys(wrong: set[KeyPath], depth: int) -> set[KeyPath]:
    """Return the wrong keys; a key is wrong with whatever is wrong in it: an entry of a list, a kind of reference."""
    return {path[:depth] for path in wrong}
