"""Hand out single-use tokens."""

from signer_proxy.sandbox.pti.call import Call


def issue_token(call: Call) -> object:
    """Give a token for one request."""
    return call.tokens.issue(call.verified.client_id, call.fields(), call.host, call.now)
