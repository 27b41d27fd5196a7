"""The credential that takes no call: a new request id, or a userSecret that is remembered on this machine."""

import uuid

from signer_proxy.errors import CredentialUnavailableError
from signer_proxy.message import Request
from signer_proxy.runtime import Profile
from signer_proxy.schemes import PtiSignature, SnaptradeSignature
from signer_proxy.schemes.credential import NOTHING, Credential
from signer_proxy.users.users import Users
from signer_proxy.users.users_error import UsersError


def user_to_look_up(profile: Profile, request: Request) -> str | None:
    """Return the user whose userSecret a request needs from the profile's users; None for most."""
    match profile.scheme:
        case SnaptradeSignature() as scheme if profile.users is not None:
            return scheme.user_without_secret(request)
        case _:
            return None


def at_hand(profile: Profile, request: Request) -> Credential:
    """Return what a request of a profile without tokens needs; to look a user up can take a while.

    Raises CredentialUnavailableError.
    """
    if isinstance(profile.scheme, PtiSignature):
        return Credential(request_id=new_request_id())
    user_id = user_to_look_up(profile, request)
    if user_id is None or profile.users is None:
        return NOTHING
    return Credential(user_secret=_secret_of(profile.users, user_id))


def new_request_id() -> str:
    """Return a request id that no other request has."""
    return str(uuid.uuid4())


def _secret_of(users: Users, user_id: str) -> str | None:
    try:
        secret = users.secret_of(user_id)
    except UsersError as e:
        raise CredentialUnavailableError(str(e)) from e
    return None if secret is None else secret.get_secret_value()
