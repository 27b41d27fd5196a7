"""Keep the users of one client, with their secrets and orders, as long as the sandbox runs."""

import hmac
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from signer_proxy.crypto.rsa_key import PublicKey
from signer_proxy.sandbox.clients import Client
from signer_proxy.sandbox.errors import BAD_USER, PERSONAL_KEY, USER_EXISTS, ApiError
from signer_proxy.sandbox.snaptrade.order import Checked, Order

# A personal key's requests name no user, and so its one user needs no name that anyone could type.
_THE_ONE = ""


@dataclass(slots=True)
class User:
    """A registered user; `orders` and `checked` are what trading keeps, by order id and by trade id."""

    id: str
    seed: str
    """Names the user among those of all clients: what its accounts are derived from."""
    secret: str = field(repr=False)  # SECRET, never log
    public_key: PublicKey | None = field(default=None, repr=False)
    """What answers that carry credentials are sealed to."""
    session: str = field(default_factory=lambda: str(uuid.uuid4()), repr=False)
    """Is in every token of the user; only those with the present one are valid."""
    orders: dict[str, Order] = field(default_factory=dict, repr=False)
    checked: dict[str, Checked] = field(default_factory=dict, repr=False)
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    def next_number(self) -> int:
        """Return the next number for an id of the user's; no two are equal."""
        return next(self._numbers)

    def revoke_tokens(self) -> None:
        """Make every token invalid that the user has now."""
        self.session = str(uuid.uuid4())


class Users:
    """The users of one client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._users: dict[str, User] = {}
        for user_id, secret in client.users.items():
            self._add(user_id, secret, client.public_keys.get(user_id))
        if client.account == "personal":
            self._add(_THE_ONE, _new_secret())

    @property
    def client(self) -> Client:
        """The client whose users these are."""
        return self._client

    def names(self) -> list[str]:
        """Return the ids of all users, in the order of their registration; a personal key's user has none."""
        return [user_id for user_id in self._users if user_id != _THE_ONE]

    def find(self, user_id: str) -> User | None:
        """Return the user of that id, if there is one."""
        return self._users.get(user_id)

    def register(self, user_id: str, public_key: PublicKey | None = None) -> User:
        """Add a user with a new secret; raise ApiError for a name that is taken, and always for a personal key."""
        self.refuse_for_personal_key()
        if user_id in self._users:
            raise ApiError(
                400,
                "User with the following userId already exists",
                reason="user-exists",
                why="The client has a user of this userId; delete it first, or choose another one.",
                code=USER_EXISTS,
            )
        return self._add(user_id, _new_secret(), public_key)

    def named(self, names: Mapping[str, object]) -> User:
        """Return the user whose `userId` and `userSecret` are in `names`; raise ApiError if they are not right."""
        if self._client.account == "personal":
            return self._users[_THE_ONE]
        user_id, secret = names.get("userId"), names.get("userSecret")
        if not isinstance(user_id, str) or not isinstance(secret, str):
            raise _bad_user("missing-user", "The operation is a user's: userId and userSecret must be given.")
        user = self._users.get(user_id)
        if user is None:
            raise _bad_user("unknown-user", "The client has no user of this userId.")
        if not hmac.compare_digest(user.secret.encode(), secret.encode(errors="replace")):
            raise _bad_user("wrong-user-secret", "The userSecret is not this user's; it may have been reset.")
        return user

    def reset_secret(self, names: Mapping[str, object]) -> User:
        """Give the user named by its old secret a new one; its tokens are revoked."""
        self.refuse_for_personal_key()
        user = self.named(names)
        user.secret = _new_secret()
        user.revoke_tokens()
        return user

    def delete(self, user_id: str) -> None:
        """Remove a user with all that it has; raise ApiError for an unknown one."""
        self.refuse_for_personal_key()
        if self._users.pop(user_id, None) is None:
            raise _no_such_user()

    def revoke_tokens(self, user_id: str) -> None:
        """Revoke the tokens of a user; raise ApiError for an unknown one."""
        user = self._users.get(user_id)
        if user is None:
            raise _no_such_user()
        user.revoke_tokens()

    def refuse_named_user(self, query: Mapping[str, str]) -> None:
        """Raise ApiError if the request of a personal key names a user."""
        named = [name for name in ("userId", "userSecret") if name in query]
        if self._client.account == "personal" and named:
            raise ApiError(
                400,
                "Personal keys must not send userId or userSecret",
                reason="named-user",
                why=f"The key is a personal one and has one user; {' and '.join(named)} must not be in the query.",
                code=PERSONAL_KEY,
            )

    def refuse_for_personal_key(self) -> None:
        """Raise ApiError if the client's key is a personal one, which cannot manage users."""
        if self._client.account == "personal":
            raise ApiError(
                403,
                "Personal keys cannot manage users",
                reason="personal-key",
                why="The key is a personal one and has exactly one user, which is there from the start.",
                code=PERSONAL_KEY,
            )

    def _add(self, user_id: str, secret: str, public_key: PublicKey | None = None) -> User:
        seed = f"{len(self._client.client_id)}:{self._client.client_id}:{user_id}"
        self._users[user_id] = User(user_id, seed, secret, public_key)
        return self._users[user_id]


def _new_secret() -> str:
    return str(uuid.uuid4())


def _no_such_user() -> ApiError:
    return ApiError(404, "User not found", reason="unknown-user", why="The client has no user of this userId.")


def _bad_user(reason: str, why: str) -> ApiError:
    return ApiError(401, "Invalid userID or userSecret provided", reason=reason, why=why, code=BAD_USER)
