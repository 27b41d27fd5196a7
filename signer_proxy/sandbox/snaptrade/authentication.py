"""Operations on the client's users and on the client itself: registration, secrets, login, tokens, what it may do."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from signer_proxy.crypto.envelope import seal
from signer_proxy.crypto.key_errors import RsaKeyError
from signer_proxy.crypto.rsa_key import PublicKey
from signer_proxy.sandbox.errors import ApiError
from signer_proxy.sandbox.snaptrade.call import Call, bad_field, text_field
from signer_proxy.sandbox.snaptrade.derived import derived_id


def show_partner(call: Call) -> dict[str, object]:
    """Answer `GET /snapTrade/partners`."""
    personal = call.verified.client.account == "personal"
    return {
        "slug": "SANDBOX",
        "name": "Sandbox",
        "logo_url": None,
        "allowed_brokerages": [],
        "can_access_trades": True,
        "can_access_holdings": True,
        "can_access_account_history": True,
        "can_access_reference_data": True,
        "can_access_portfolio_management": False,
        "can_access_orders": True,
        "redirect_uri": None if personal else "https://app.sandbox.invalid/connected",
        "pin_required": False,
    }


def list_users(call: Call) -> list[str]:
    """Answer `GET /snapTrade/listUsers`."""
    return call.users.names()


def register_user(call: Call) -> dict[str, object]:
    """Answer `POST /snapTrade/registerUser`; the only random thing in it is the secret.

    A user with an `rsaPublicKey` is one of the client-side direct API: what is meant for it alone is sealed to it.
    """
    call.users.refuse_for_personal_key()
    fields = call.fields()
    user = call.users.register(text_field(fields, "userId"), _public_key(fields))
    return {"userId": user.id, "userSecret": user.secret}


def reset_user_secret(call: Call) -> dict[str, object]:
    """Answer `POST /snapTrade/resetUserSecret`, which names the user in its body and not in the query."""
    user = call.users.reset_secret(call.fields())
    return {"userId": user.id, "userSecret": user.secret}


def delete_user(call: Call) -> dict[str, object]:
    """Answer `DELETE /snapTrade/deleteUser`, which the client may do without the user's secret."""
    call.users.refuse_for_personal_key()
    user_id = call.query.get("userId")
    if user_id is None:
        raise bad_field("userId", "must be in the query")
    call.users.delete(user_id)
    return {"status": "deleted", "detail": "User is deleted, with its accounts and orders.", "userId": user_id}


def login(call: Call) -> dict[str, object]:
    """Answer `POST /snapTrade/login` with a link that leads nowhere: the sandbox has no connection portal.

    A user with a public key gets it sealed.
    """
    user = call.user()
    call.fields()
    session = derived_id("session", user.seed, call.moment)
    query = urlencode({"token": derived_id("portal", session), "sessionId": session})
    link: dict[str, object] = {
        "redirectURI": f"https://portal.sandbox.invalid/connect?{query}",
        "sessionId": session,
    }
    return link if user.public_key is None else seal(json.dumps(link), user.public_key)


def issue_token(call: Call) -> dict[str, object]:
    """Answer `GET /snapTrade/encryptedJWT`: a token for the user, sealed to its public key."""
    user = call.user()
    if user.public_key is None:
        raise ApiError(
            400,
            "User has no RSA public key",
            reason="no-public-key",
            why="A token is only ever handed out sealed, and this user was registered without an rsaPublicKey.",
        )
    return seal(call.tokens.issue(call.verified.client, user, call.now), user.public_key)


def revoke_tokens(call: Call) -> dict[str, object]:
    """Answer `POST /sandbox/revoke`, which the API does not have: from now on the user's tokens are refused."""
    user_id = text_field(call.fields(), "userId")
    call.users.revoke_tokens(user_id)
    return {"status": "revoked", "userId": user_id}


def _public_key(fields: Mapping[str, object]) -> PublicKey | None:
    if fields.get("rsaPublicKey") is None:
        return None
    try:
        return PublicKey.load(text_field(fields, "rsaPublicKey"))
    except RsaKeyError as e:
        raise bad_field(
            "rsaPublicKey", "must be an RSA key of 2048 bits or more as OpenSSH writes it: ssh-rsa AAAA…"
        ) from e
