"""What the schema says against a config, in our words: pydantic's name no way out and may show a secret."""

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from signer_proxy.settings.config_problem import KeyPath, Problem, written
from signer_proxy.settings.got import got, kind_of
from signer_proxy.settings.schema import NAME_PATTERN, SCHEMES, Proxy, Settings, Upstream, reference_keys
from signer_proxy.settings.secret_reference import ENV_PATTERN, KINDS, MODELS, TEXT_PATTERN
from signer_proxy.settings.suggestion import suggestion
from signer_proxy.settings.table import Table

_PATTERNS: Final = {
    NAME_PATTERN: "must be 1 to 64 of the signs A-Z a-z 0-9 . _ -",
    ENV_PATTERN: "must name an environment variable: letters, digits and _, no digit first",
    TEXT_PATTERN: "must hold no NUL",
}

_TABLE: Final = "must be a table"

# By pydantic's name of the error, see its "Validation Errors"; {…} is filled from the error's context.
_RULES: Final = {
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


def schema_problems(error: ValidationError) -> tuple[Problem, ...]:
    """Return every problem of a config that the schema does not accept."""
    return tuple(_problem(detail) for detail in error.errors(include_url=False))


def _problem(detail: ErrorDetails) -> Problem:
    path, model, secret = _place(detail["loc"])
    match detail["type"]:
        case "missing":
            sentence = f"must be set, got nothing ({_way_out(path, model, write=True)})"
        case "extra_forbidden":
            near = suggestion(str(path[-1]), model.model_fields)
            sentence = f"must be a key of this table, got an unknown one ({near})"
        case "value_error":  # one of our own
            sentence = str(detail["ctx"]["error"])
        case "union_tag_invalid" | "union_tag_not_found":
            sentence = _no_reference(detail["input"]) if secret else _no_scheme(detail["input"])
        case kind:
            context = detail.get("ctx", {})
            rule = (
                _RULES[kind].format_map(context).replace("'", '"') if kind in _RULES else _PATTERNS[context["pattern"]]
            )
            way_out = "rename it" if detail["loc"][-1] == "[key]" else _way_out(path, model)
            sentence = f"{rule}, {_got(detail, secret)} ({way_out})"
    return Problem(path, sentence)


def _place(loc: KeyPath) -> tuple[KeyPath, type[Table], bool]:
    """Return a key as a user knows it, the model it stands in, and whether it holds a reference to a secret.

    pydantic puts between the keys which member of a union it tried, and behind a bad key of a table `[key]`.
    """
    match loc:
        case ("profiles", name, str(scheme), key, *rest) if scheme in SCHEMES:
            model = SCHEMES[scheme]
            if key not in reference_keys(model):
                return ("profiles", name, key, *rest), model, False
            kind, *inner = rest or [""]
            return ("profiles", name, key, *inner), MODELS.get(str(kind), model), True
        case ("profiles" | "upstreams", name, "[key]"):
            return loc[:2], Settings, False
        case ("upstreams", _, _, *_):
            return loc, Upstream, False
        case ("proxy", _, *_):
            return loc, Proxy, False
        case _:
            return loc, Settings, False


def _way_out(path: KeyPath, model: type[Table], *, write: bool = False) -> str:
    """Return what is to be written: the head of a table, or what a key says."""
    match path:
        case ("upstreams" | "profiles",):
            return f"write [{path[0]}.NAME]"
        case ("proxy",) | (_, _):
            return f"write [{written(path)}]"
    key = next(part for part in reversed(path) if isinstance(part, str))
    purpose = (model.model_fields[key].description or "").removesuffix(".")
    return f"write {key} = …: {purpose}" if write else purpose


def _no_scheme(table: Mapping[str, object]) -> str:
    known = ", ".join(f'"{name}"' for name in SCHEMES)
    if "scheme" not in table:
        return f"must have a scheme, got none (write scheme = …, one of {known})"
    return f"must have a known scheme, {got(table['scheme'])} (known: {known})"


def _no_reference(value: object) -> str:
    sentence = f"must be text or {KINDS}, got {kind_of(value)}"
    if not isinstance(value, dict):
        return sentence
    [key] = value if len(value) == 1 else [""]
    return f"{sentence} ({suggestion(key, MODELS) if key else 'write exactly one of these keys'})"


def _got(detail: ErrorDetails, secret: bool) -> str:
    value = detail["input"]
    if value in ("", [], {}):
        return "got nothing"
    # Text where a table should be could be anything, a secret among it.
    return f"got {kind_of(value)}" if secret or _RULES.get(detail["type"]) == _TABLE else got(value)
