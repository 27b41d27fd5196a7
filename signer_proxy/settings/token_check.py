"""The profile that signs our own call for an encrypted token: there, of the same upstream, and with a user."""

from collections.abc import Iterator, Mapping
from typing import Final

from signer_proxy.settings.config_problem import KeyPath, Problem, written
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.got import got
from signer_proxy.settings.suggestion import suggestion

_SIGNS: Final = "snaptrade-signature"


def sources(draft: Draft) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield each profile that has a token source, with the source."""
    for name, profile in draft.profiles.items():
        source = profile.get("token")
        if profile.get("scheme") == "snaptrade-jwt" and isinstance(source, dict):
            yield name, source


def token_check(draft: Draft) -> Iterator[Problem]:
    """Yield every problem of a token source that is another profile."""
    for name, source in sources(draft):
        signer = source.get("profile")
        if isinstance(signer, str):
            yield from _signer(draft, name, signer)


def _signer(draft: Draft, name: str, signer: str) -> Iterator[Problem]:
    path: KeyPath = ("profiles", name, "token", "profile")
    known = [other for other, table in draft.profiles.items() if table.get("scheme") == _SIGNS]
    if signer not in draft.profiles:
        yield Problem(path, f"must be one of [profiles.*], {got(signer)} ({suggestion(signer, known)})")
        return
    ours, theirs = draft.profiles[name], draft.profiles[signer]
    if theirs.get("scheme") != _SIGNS:
        yield Problem(
            path,
            f"must be a profile of the scheme {_SIGNS}, {got(signer)}, which is none ({suggestion(signer, known)})",
        )
        return
    if "upstream" in ours and "upstream" in theirs and ours["upstream"] != theirs["upstream"]:
        yield Problem(
            path, f"must be a profile of the same upstream, {got(signer)}, which is another's (write one for this one)"
        )
    if "user_id" not in theirs or not theirs.keys() & {"user_secret", "users"}:
        lacks = "user_id" if "user_id" not in theirs else "user_secret and no users"
        yield Problem(
            path,
            f"must be a profile with user_id, and user_secret or users, {got(signer)}, which has no {lacks} "
            f"(write them in [{written(('profiles', signer))}])",
        )
