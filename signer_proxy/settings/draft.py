"""What is sound in a config that may be wrong elsewhere, so that everything that is wrong can be said at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

from pydantic import TypeAdapter

from signer_proxy.settings.config_problem import KeyPath
from signer_proxy.settings.schema import SCHEMES, reference_keys
from signer_proxy.settings.secret_reference import SecretReference
from signer_proxy.settings.secret_value import Reference

_REFERENCE: Final[TypeAdapter[Reference]] = TypeAdapter(SecretReference)

type Tables = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Draft:
    """The tables of a config, with the keys alone that the schema finds right."""

    upstreams: Tables
    profiles: Tables

    @classmethod
    def of(cls, data: Mapping[str, object], wrong: set[KeyPath]) -> Self:
        """Take from `data` what is not `wrong`, as far as it has the shape of a config."""
        return cls(_sound("upstreams", data, wrong), _sound("profiles", data, wrong))

    def references(self) -> Iterator[tuple[str, str, Reference]]:
        """Yield each reference with its profile and its key."""
        for name, profile in self.profiles.items():
            model = SCHEMES.get(str(profile.get("scheme")))
            for key in reference_keys(model) if model else ():
                if key in profile:
                    yield name, key, _REFERENCE.validate_python(profile[key])


def _sound(kind: Literal["upstreams", "profiles"], data: Mapping[str, object], wrong: set[KeyPath]) -> Tables:
    tables = data.get(kind)
    if not isinstance(tables, dict):
        return {}
    # A key is wrong with whatever is wrong in it: an entry of a list, a kind of reference.
    keys = {path[:3] for path in wrong}
    return {
        name: {key: value for key, value in table.items() if (kind, name, key) not in keys}
        if isinstance(table, dict)
        else {}
        for name, table in tables.items()
    }
