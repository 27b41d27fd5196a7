"""Operations on the client's users and on the client itself: registration, secrets, login, what the key may do."""

from urllib.parse import urlencode

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
    """Answer `POST /snapTrade/registerUser`; the only random thing in it is the secret."""
    call.users.refuse_for_personal_key()
    user = call.users.register(text_field(call.fields(), "userId"))
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
    """Answer `POST /snapTrade/login` with a link that leads nowhere: the sandbox has no connection portal."""
    user = call.user()
    call.fields()
    session = derived_id("session", user.seed, call.moment)
    query = urlencode({"token": derived_id("portal", session), "sessionId": session})
    return {"redirectURI": f"https://portal.sandbox.invalid/connect?{query}", "sessionId": session}
