"""One verified call of an operation, and how an operation reads what the caller gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.gate import Verified
from signer_proxy.sandbox.snaptrade.users import User, Users
from signer_proxy.sandbox.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Call:
    """A verified request; `path` holds the parts of its path by name, `now` is in Unix seconds."""

    verified: Verified
    users: Users = field(repr=False)
    tokens: Tokens = field(repr=False)
    path: Mapping[str, str]
    now: float

    @property
    def query(self) -> Mapping[str, str]:
        """The decoded parameters of the query."""
        return self.verified.query

    @property
    def moment(self) -> str:
        """The time of the call in ISO 8601."""
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="seconds")

    def user(self) -> User:
        """Return the user that the call is for; raise ApiError if it is not named rightly.

        A token's holder needs no naming.
        """
        return self.verified.user or self.users.named(self.query)

    def fields(self) -> Mapping[str, object]:
        """Return the fields of the body, none where there is no body; raise ApiError if it is no JSON object."""
        content = self.verified.content
        if content is None:
            return {}
        if not isinstance(content, dict):
            raise bad_field("body", "must be a JSON object")
        return content


def text_field(fields: Mapping[str, object], name: str) -> str:
    """Return a text that must be given; raise ApiError if it is missing, empty, or no text that UTF-8 can carry."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise bad_field(name, "must be a text that is not empty")
    try:
        value.encode()
    except UnicodeEncodeError as e:
        raise bad_field(name, "must be text; it has half of a surrogate pair") from e
    return value


def bad_field(name: str, rule: str) -> ApiError:
    """Return the refusal of what a caller gave; the value is not repeated, as it may be a secret."""
    return ApiError(400, f"Invalid input: {name}", reason="bad-field", why=f"{name} {rule}.")


def not_found(what: str) -> ApiError:
    """Return the refusal of an id that names nothing; `what` is the noun of it."""
    return ApiError(
        404,
        f"{what.capitalize()} not found",
        reason="not-found",
        why=f"There is no such {what}, or it is not this user's.",
    )
