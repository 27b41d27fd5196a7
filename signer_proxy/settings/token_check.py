"""The profile that signs for another one's tokens: there, of the right scheme and upstream, and with a user."""

from collections.abc import Iterator, Mapping

from signer_proxy.settings.config_problem import KeyPath, Problem, written
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.got import got
from signer_proxy.settings.suggestion import suggestion


def sources(draft: Draft) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield each profile that has a token source, with the source."""
    for name, profile in draft.profiles.items():
        source = profile.get("token")
        if profile.get("scheme") == "snaptrade-jwt" and isinstance(source, dict):
            yield name, source


def token_check(draft: Draft) -> Iterator[Problem]:
    """Yield every problem of a token that another profile signs for."""
    for name, source in sources(draft):
        signer = source.get("profile")
        if isinstance(signer, str):
            path = ("profiles", name, "token", "profile")
            yield from _signer(draft, name, path, signer, "snaptrade-signature")
            yield from _user(draft, path, signer)
    for name, profile in draft.profiles.items():
        issuer = profile.get("issuer")
        if profile.get("scheme") == "pti-token" and isinstance(issuer, str):
            yield from _signer(draft, name, ("profiles", name, "issuer"), issuer, "pti-signature")


def _signer(draft: Draft, name: str, path: KeyPath, signer: str, scheme: str) -> Iterator[Problem]:
    known = [other for other, table in draft.profiles.items() if table.get("scheme") == scheme]
    if signer not in draft.profiles:
        yield Problem(path, f"must be one of [profiles.*], {got(signer)} ({suggestion(signer, known)})")
        return
    ours, theirs = draft.profiles[name], draft.profiles[signer]
    if theirs.get("scheme") != scheme:
        yield Problem(
            path,
            f"must be a profile of the scheme {scheme}, {got(signer)}, which is none ({suggestion(signer, known)})",
        )
    elif "upstream" in ours and "upstream" in theirs and ours["upstream"] != theirs["upstream"]:
        yield Problem(
            path, f"must be a profile of the same upstream, {got(signer)}, which is another's (write one for this one)"
        )


def _user(draft: Draft, path: KeyPath, signer: str) -> Iterator[Problem]:
    theirs = draft.profiles.get(signer, {})
    if theirs.get("scheme") != "snaptrade-signature":
        return  # told already
    if "user_id" not in theirs or not theirs.keys() & {"user_secret", "users"}:
        lacks = "user_id" if "user_id" not in theirs else "user_secret and no users"
        yield Problem(
            path,
            f"must be a profile with user_id, and user_secret or users, {got(signer)}, which has no {lacks} "
            f"(write them in [{written(('profiles', signer))}])",
        )
