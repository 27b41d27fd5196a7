"""The step after an answer to a registration: keep the userSecret that it tells, and hide it where that is wanted."""

import logging
from collections.abc import Callable

from signer_proxy import content_coding
from signer_proxy.errors import SignerError
from signer_proxy.exchange import Prepared
from signer_proxy.message import Answer, split_target, values, without
from signer_proxy.operations import registration
from signer_proxy.operations.registration import Forget, Remember
from signer_proxy.users.threads import in_users_thread
from signer_proxy.users.users import Users
from signer_proxy.users.users_error import UsersError

logger = logging.getLogger(__name__)

_LARGEST = 1 << 20
"""Bytes of an answer that may tell a userSecret, unpacked."""


async def learn(prepared: Prepared, answer: Answer, changed: Callable[[], None]) -> Answer:
    """Return the answer as the client may see it, with what it told about a user kept where the profile has `users`.

    `changed` is called once that is kept.
    A userSecret that could not be kept is never hidden: then the client's copy is the only one.
    """
    users, operation = prepared.profile.users, prepared.operation
    if users is None or operation is None:
        return answer
    try:
        sent = _plain(prepared.signed.headers, prepared.body)
        got = _plain(answer.headers, answer.body)
    except SignerError:
        if (operation.method, operation.path) in registration.TELLING:
            logger.error("profile %s: the answer is packed, and no userSecret was kept", prepared.profile.name)
        return answer
    raw_query = split_target(prepared.signed.target)[1] or b""
    told = registration.learned(operation.method, operation.path, raw_query, sent, answer.status, got)
    if told is None or not await _keep(users, told, prepared.profile.name):
        return answer
    changed()
    if isinstance(told, Forget) or not prepared.profile.hide_user_secret:
        return answer
    return Answer(
        answer.status,
        without(answer.headers, b"content-encoding", b"etag"),
        registration.hidden(got, told.secret),
        answer.reason,
    )


async def _keep(users: Users, told: Remember | Forget, profile: str) -> bool:
    try:
        match told:
            case Remember(user_id=user_id, secret=secret):
                await in_users_thread(users.remember, user_id, secret)
            case Forget(user_id=user_id):
                await in_users_thread(users.forget, user_id)
    except UsersError as e:
        logger.error("profile %s: a userSecret was not kept: %s", profile, e)
        return False
    return True


def _plain(headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> bytes:
    return content_coding.unpack(body, values(headers, b"content-encoding"), _LARGEST)
