"""What PTI's stand-in says no with: a code and a message and, beside them, why."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class PtiError(Exception):
    """A refusal; `code` and `message` are what the API would say, `reason` a stable word, `why` a sentence for people.

    None of them holds a token or a body. `signature_base` is what would have been signed; `diagnosis` is set by who has
    made one.
    """

    def __init__(
        self, status: int, code: str, message: str, *, reason: str, why: str, signature_base: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.reason = reason
        self.why = why
        self.signature_base = signature_base
        self.diagnosis: Mapping[str, object] | None = None

    def answer(self) -> JSONResponse:
        """Return the answer that a client gets."""
        sandbox: dict[str, object] = {"reason": self.reason, "why": self.why}
        if self.signature_base is not None:
            sandbox["signature_base"] = self.signature_base
        if self.diagnosis is not None:
            sandbox["diagnosis"] = self.diagnosis
        return JSONResponse({"code": self.code, "message": self.message, "sandbox": sandbox}, self.status)


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
