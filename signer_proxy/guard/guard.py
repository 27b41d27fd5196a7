"""Who may talk to the proxy: this machine's own tools, the pages that the config allows, and who has the token.

The port is open to every program on this machine, so also to any web page that a browser here shows: a page can send
simple requests across origins, and one whose name is rebound to 127.0.0.1 can even read the answers. `Host` tells the
second apart, `Origin` and `Sec-Fetch-Site` the first (Fetch Metadata Request Headers).
"""

from collections.abc import Collection

from signer_proxy.errors import GuardOriginError
from signer_proxy.guard import addressee, client_token, http_form
from signer_proxy.message import Headers, Request, values
from signer_proxy.runtime import Trust

_NO_PAGE = (b"none", b"same-origin")


def check(request: Request, trust: Trust, *, is_forward: bool) -> None:
    """Let a request pass that can be read in one way and that comes from somebody who is trusted.

    Raises BadRequestError, GuardHostError, GuardOriginError, GuardTokenError.
    """
    check_without_token(request, trust, is_forward=is_forward)
    if trust.client_token is None or request.tunnel is not None:  # a tunnel was asked for with the token
        return
    if is_forward:
        client_token.check_proxy(request.headers, trust.client_token)
    else:
        client_token.check(request.headers, trust.client_token)


def check_without_token(request: Request, trust: Trust, *, is_forward: bool) -> None:
    """Check all but the token, which no preflight carries. Raises BadRequestError, GuardHostError, GuardOriginError."""
    http_form.check(request)
    if is_forward:
        addressee.check_agreement(request)
    else:
        addressee.check_is_us(request, trust.allowed_hosts)
    _check_page(request.headers, trust.allowed_origins)
    if is_forward and request.tunnel is None:
        _check_silent_page(request.headers)


def check_connect(request: Request, trust: Trust) -> None:
    """Let a CONNECT pass, whose `authority` is what it asks for; whether that is an upstream, the route says.

    Raises BadRequestError, GuardHostError, GuardOriginError, GuardTokenError.
    """
    http_form.check_headers(request.headers)
    addressee.check_connect(request)
    _check_page(request.headers, trust.allowed_origins)
    if trust.client_token is not None:
        client_token.check_proxy(request.headers, trust.client_token)


def check_passing(request: Request, trust: Trust) -> None:
    """Let a request pass that goes on to a host that is no upstream's. Raises BadRequestError, GuardTokenError."""
    http_form.check_headers(request.headers)
    if trust.client_token is not None:
        client_token.check_proxy(request.headers, trust.client_token)


def _check_page(headers: Headers, allowed: Collection[bytes]) -> None:
    for origin in values(headers, b"origin"):
        if origin not in allowed:
            raise GuardOriginError(
                f"Origin {http_form.shown(origin)} is a page in a browser that may not use this proxy "
                "(call it from a tool, or add the page's origin to allowed_origins)"
            )
        return
    if any(site.lower() not in _NO_PAGE for site in values(headers, b"sec-fetch-site")):
        raise GuardOriginError("Sec-Fetch-Site says that another site's page asks (call the proxy from a tool)")


def _check_silent_page(headers: Headers) -> None:
    """Refuse a browser that does not say which page asks: it sends `Sec-Fetch-Site` to trustworthy URLs alone.

    An http:// URL beyond this machine is none (Fetch Metadata Request Headers, section 2), and a page's image has no
    Origin. No request of this kind can change the User-Agent that its browser sends.
    """
    agents = values(headers, b"user-agent")
    is_said = values(headers, b"origin") or values(headers, b"sec-fetch-site")
    if not is_said and any(agent.startswith(b"Mozilla/") for agent in agents):
        raise GuardOriginError(
            "a browser asks in the clear, and says nothing of its page (ask for the https:// URL, or change User-Agent "
            "if it is a tool)"
        )
