"""What PTI's stand-in says no with: a code and a message and, beside them, why."""

from starlette.responses import JSONResponse

from signer_proxy.sandbox.refused_error import RefusedError


class PtiError(RefusedError):
    """A refusal; `code` and `message` are what the API would say."""

    def __init__(
        self, status: int, code: str, message: str, *, reason: str, why: str, signature_base: str | None = None
    ) -> None:
        super().__init__(status, message, reason=reason, why=why, signature_base=signature_base)
        self.code = code
        self.message = message

    def answer(self) -> JSONResponse:
        """Return the answer that a client gets."""
        said = {"code": self.code, "message": self.message, "sandbox": self.explained()}
        return JSONResponse(said, self.status)


def unauthorized(reason: str, why: str, signature_base: str | None = None) -> PtiError:
    """Return the refusal of a request that does not prove who sends it."""
    return PtiError(401, "UNAUTHORIZED", "Unauthorized", reason=reason, why=why, signature_base=signature_base)


def invalid(reason: str, why: str) -> PtiError:
    """Return the refusal of a request that is not as it must be, whoever sends it."""
    return PtiError(400, "INVALID_REQUEST", "Invalid request", reason=reason, why=why)


def bad_field(name: str, rule: str) -> PtiError:
    """Return the refusal of what a caller gave; the value is not repeated, as it may be a secret."""
    return PtiError(400, "INVALID_REQUEST", f"Invalid field: {name}", reason="bad-field", why=f"{name} {rule}.")


def not_found(what: str) -> PtiError:
    """Return the refusal of an id that names nothing; `what` is the noun of it."""
    message = f"{what.capitalize()} not found"
    return PtiError(404, "NOT_FOUND", message, reason="not-found", why=f"The client has no such {what}.")


def conflict(reason: str, message: str, why: str) -> PtiError:
    """Return the refusal of what would collide with what is there."""
    return PtiError(409, "CONFLICT", message, reason=reason, why=why)
