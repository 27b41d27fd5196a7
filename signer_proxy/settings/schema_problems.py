"""What the schema says against a config, in our words: pydantic's name no way out and may show a secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from signer_proxy.settings.choice import Choice, choice_of, is_open, table_of
from signer_proxy.settings.config_problem import KeyPath, Problem, written
from signer_proxy.settings.got import got, kind_of
from signer_proxy.settings.name import NAME_PATTERN
from signer_proxy.settings.proxy import HOST_PATTERN, ORIGIN_PATTERN
from signer_proxy.settings.schema import SCHEMES, Proxy, Settings, Upstream
from signer_proxy.settings.secret_reference import ENV_PATTERN, TEXT_PATTERN
from signer_proxy.settings.suggestion import suggestion
from signer_proxy.settings.table import Table
from signer_proxy.settings.token_source import HEADER_PATTERN, PATH_PATTERN

_PATTERNS: Final = {
    NAME_PATTERN: "must be 1 to 64 of the signs A-Z a-z 0-9 . _ -",
    HEADER_PATTERN: "must be a header's name, such as Authorization",
    PATH_PATTERN: "must be keys with a dot between them",
    ENV_PATTERN: "must name an environment variable: letters, digits and _, no digit first",
    TEXT_PATTERN: "must hold no NUL",
    HOST_PATTERN: 'must be a host, with or without a port, such as "signer-proxy:8080"',
    ORIGIN_PATTERN: 'must be the origin of pages, such as "http://localhost:3000"',
}

_TABLE: Final = "must be a table"

# By pydantic's name of the error, see its "Validation Errors"; {…} is filled from the error's context.
_RULES: Final = {
    "bool_type": "must be true or false",
    "dict_type": _TABLE,
    "greater_than_equal": "must be at least {ge}",
    "int_parsing_size": "must be a smaller number",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "model_attributes_type": _TABLE,
    "model_type": _TABLE,
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "too_short": "must not be empty",
    "tuple_type": "must be a list",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """A key as a user knows it, the model it stands in, the choice that it takes, and whether its value is shown."""

    path: KeyPath
    model: type[Table]
    choice: Choice | None = None
    secret: bool = False


def schema_problems(error: ValidationError) -> tuple[Problem, ...]:
    """Return every problem of a config that the schema does not accept."""
    return tuple(_problem(detail) for detail in error.errors(include_url=False))


def _problem(detail: ErrorDetails) -> Problem:
    place = _place(detail["loc"])
    path, model = place.path, place.model
    match detail["type"]:
        case "missing":
            sentence = f"must be set, got nothing ({_way_out(path, model, write=True)})"
        case "extra_forbidden":
            near = suggestion(str(path[-1]), model.model_fields)
            sentence = f"must be a key of this table, got an unknown one ({near})"
        case "value_error":  # one of our own
            sentence = str(detail["ctx"]["error"])
        case "union_tag_invalid" | "union_tag_not_found":
            sentence = _none_of(place.choice, detail["input"]) if place.choice else _no_scheme(detail["input"])
        case kind:
            context = detail.get("ctx", {})
            rule = (
                _RULES[kind].format_map(context).replace("'", '"') if kind in _RULES else _PATTERNS[context["pattern"]]
            )
            way_out = "rename it" if detail["loc"][-1] == "[key]" else _way_out(path, model)
            sentence = f"{rule}, {_got(detail, secret=place.secret)} ({way_out})"
    return Problem(path, sentence)


def _place(loc: KeyPath) -> _Place:
    """Return where a problem is.

    pydantic puts between the keys which member of a union it tried, and behind a bad key of a table `[key]`.
    """
    match loc:
        case ("profiles", name, str(scheme), *rest) if scheme in SCHEMES:
            return _inside(("profiles", name), SCHEMES[scheme], rest)
        case ("profiles" | "upstreams", name, "[key]"):
            return _Place(loc[:2], Settings)
        case ("upstreams", _, _, *_):
            return _Place(loc, Upstream)
        case ("proxy", _, *_):
            return _Place(loc, Proxy)
        case _:
            return _Place(loc, Settings)


def _inside(path: KeyPath, model: type[Table], rest: Sequence[str | int]) -> _Place:
    """Walk into a profile, through what pydantic puts between its keys."""
    key, *rest = rest
    path = (*path, key)
    choice, table = choice_of(model, str(key)), table_of(model, str(key))
    if is_open(model, str(key)) and rest:
        inner, *rest = rest
        path = (*path, inner)
        if rest == ["[key]"]:
            return _Place(path, model)
    if choice and len(rest) > 1:
        kind, *rest = rest
        return replace(_inside(path, choice.models.get(str(kind), model), rest), secret=True)
    if table and rest:
        return replace(_inside(path, table, rest), secret=True)
    # What is left is the number of an entry of a list, or the kind of a reference without keys.
    return _Place(path if choice else (*path, *rest), model, choice, secret=choice is not None)


def _way_out(path: KeyPath, model: type[Table], *, write: bool = False) -> str:
    """Return what is to be written: the head of a table, or what a key says."""
    match path:
        case ("upstreams" | "profiles",):
            return f"write [{path[0]}.NAME]"
        case ("proxy",) | (_, _):
            return f"write [{written(path)}]"
    key = next(part for part in reversed(path) if isinstance(part, str) and part in model.model_fields)
    purpose = (model.model_fields[key].description or "").removesuffix(".")
    return f"write {key} = …: {purpose}" if write else purpose


def _no_scheme(table: Mapping[str, object]) -> str:
    known = ", ".join(f'"{name}"' for name in SCHEMES)
    if "scheme" not in table:
        return f"must have a scheme, got none (write scheme = …, one of {known})"
    return f"must have a known scheme, {got(table['scheme'])} (known: {known})"


def _none_of(choice: Choice, value: object) -> str:
    sentence = f"must be {choice.written}, got {kind_of(value)}"
    if not isinstance(value, dict):
        return sentence
    [key] = value if len(value) == 1 else [""]
    return f"{sentence} ({suggestion(key, choice.models) if key else 'write exactly one of these keys'})"


def _got(detail: ErrorDetails, *, secret: bool) -> str:
    value = detail["input"]
    if value in ("", [], {}):
        return "got nothing"
    # Text where a table should be could be anything, a secret among it.
    return f"got {kind_of(value)}" if secret or _RULES.get(detail["type"]) == _TABLE else got(value)
