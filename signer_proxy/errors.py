"""What can go wrong, by meaning: each class is one code that a client reads and the HTTP status that goes with it."""

from typing import ClassVar

from signer_proxy.message import Headers


class SignerError(Exception):
    """A request that we answer ourselves; its text is the `detail` a client reads, and never holds a secret."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    headers: ClassVar[Headers] = ()
    """What the answer carries beside the headers that every problem has."""


class BadRequestError(SignerError):
    """HTTP that cannot be read in exactly one way."""

    code = "bad-request"
    status = 400
    title = "The request cannot be read in one way"


class HeadersTooLargeError(BadRequestError):
    """A request head over 64 KiB."""

    status = 431
    title = "The request's headers are too large"


class GuardHostError(SignerError):
    """The request names a host that is not this machine: a DNS rebinding page would look like this."""

    code = "guard-host"
    status = 403
    title = "The Host header does not name this proxy"


class GuardOriginError(SignerError):
    """A page in a browser asks, and its origin is not allowed."""

    code = "guard-origin"
    status = 403
    title = "Pages of this origin may not use the proxy"


class GuardTokenError(SignerError):
    """The request does not carry the client token that the config asks for."""

    code = "guard-token"
    status = 401
    title = "The request does not carry the client token"
    headers = ((b"WWW-Authenticate", b'Signer-Token realm="signer-proxy"'),)


class ProxyTokenError(GuardTokenError):
    """The same on the forward port, where clients answer to no other challenge (RFC 9110, section 11.7.1)."""

    status = 407
    headers = ((b"Proxy-Authenticate", b'Basic realm="signer-proxy"'),)


class NoUpstreamError(SignerError):
    """No upstream is configured for where the request wants to go."""

    code = "no-upstream"
    status = 421
    title = "No upstream is configured for this request"


class UnknownProfileError(SignerError):
    """No such profile, or one of another upstream."""

    code = "unknown-profile"
    status = 400
    title = "No such profile"


class AccessDeniedError(SignerError):
    """The profile's access level or rules do not cover the operation."""

    code = "access-denied"
    status = 403
    title = "The profile may not be used for this operation"


class NotSignableError(SignerError):
    """The target or the body cannot be signed."""

    code = "not-signable"
    status = 422
    title = "The request cannot be signed"


class BodyTooLargeError(SignerError):
    """The body is larger than `max_body`, as sent or unpacked."""

    code = "body-too-large"
    status = 413
    title = "The request's body is too large"


class TooBusyError(SignerError):
    """Every connection to the upstream was in use for too long; nothing was sent."""

    code = "too-busy"
    status = 503
    title = "Too many requests are under way"


class ShuttingDownError(SignerError):
    """The daemon is ending and takes no new work."""

    code = "shutting-down"
    status = 503
    title = "The proxy is shutting down"


class CredentialUnavailableError(SignerError):
    """A secret that the request needs cannot be had now; nothing was sent."""

    code = "credential-unavailable"
    status = 503
    title = "A credential is not available"


class TokenUnavailableError(SignerError):
    """No token that the API would take can be had now; nothing was sent."""

    code = "token-unavailable"
    status = 503
    title = "No token can be had now"


class UpstreamUnreachableError(SignerError):
    """No connection to the upstream; nothing was sent."""

    code = "upstream-unreachable"
    status = 502
    title = "The upstream cannot be reached"


class UpstreamBrokeError(SignerError):
    """The request was sent and may have been received; no whole or readable answer came."""

    code = "upstream-broke"
    status = 502
    title = "The upstream gave no whole answer"


class UpstreamTimeoutError(SignerError):
    """The request was sent and may have been received; the answer stalled for `answer_timeout`."""

    code = "upstream-timeout"
    status = 504
    title = "The upstream did not answer in time"


class AnswerTooLargeError(SignerError):
    """The request was received and answered; the answer is beyond `max_answer`."""

    code = "answer-too-large"
    status = 502
    title = "The upstream's answer is too large"


class InternalError(SignerError):
    """Our own failure; the text says whether anything had been sent."""

    code = "internal"
    status = 500
    title = "The proxy failed"


class ConfigError(Exception):
    """A config that cannot be used; its text is one line for each thing that is wrong."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StartError(Exception):
    """The daemon cannot start for a reason outside its config, such as a port in use."""


class ClientGoneError(Exception):
    """The client went away before the first byte went upstream: nothing was sent, and nobody is there to answer."""
