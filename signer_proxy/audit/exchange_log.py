"""The log's one line an exchange, and one more for a 401; no query, header, body or base is ever in it."""

import logging

from signer_proxy import rejection
from signer_proxy.audit import line as audit
from signer_proxy.message import values
from signer_proxy.proxy.course import Exchange

logger = logging.getLogger(__name__)


def tell(exchange: Exchange) -> None:
    """Log an exchange; the record has the exchange itself for who writes it in another way."""
    logger.info("%s", line(exchange), extra={"exchange": exchange})
    if exchange.code is None and exchange.profile and exchange.prepared and exchange.answer:
        now = exchange.started + exchange.seconds
        if found := rejection.reasons(exchange.profile, exchange.prepared.signed, exchange.answer, now):
            logger.warning(
                "profile %r: the API did not accept what it signed: %s", exchange.profile.name, "; ".join(found)
            )


def line(exchange: Exchange) -> str:
    """Write method, host, path, profile, scheme, status or code, milliseconds and the upstream's request id."""
    answer, profile = exchange.answer, exchange.profile
    parts = [audit.method(exchange) or "-", ((audit.host(exchange) or "") + audit.path(exchange)) or "-"]
    parts += [profile.name, profile.scheme.name] if profile else []
    parts += [str(answer.status)] if answer else []
    parts += [exchange.code] if exchange.code else []
    parts += [f"{exchange.seconds * 1000:.0f}ms"]
    parts += [audit.shown(value) for value in values(answer.headers, b"x-request-id")] if answer else []
    return " ".join(parts)
