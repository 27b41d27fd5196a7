"""`signer-proxy sign`: prints the signed request, and does not send it."""

import base64
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from signer_proxy import exchange, route
from signer_proxy.assembly import build
from signer_proxy.cli import ready_command
from signer_proxy.cli.content import read_content
from signer_proxy.cli.destination import destination
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.header_option import read_headers
from signer_proxy.cli.profile_option import profile_option
from signer_proxy.errors import SignerError
from signer_proxy.exchange import Admitted, Prepared
from signer_proxy.guard import http_form
from signer_proxy.message import Header, Request, values, without
from signer_proxy.proxy.at_hand import at_hand
from signer_proxy.runtime import Runtime
from signer_proxy.schemes.credential import Credential
from signer_proxy.settings.configuration import load
from signer_proxy.settings.whereabouts import find
from signer_proxy.tokens.origin import FileOrigin

_JSON: Final[Header] = (b"Content-Type", b"application/json")
_PROFILE: Final = b"Signer-Profile"


@click.command("sign")
@click.option("-d", "--data", metavar="BODY", help="The body: text, @FILE, or @- for stdin; sent as JSON.")
@click.option("-H", "--header", "headers", multiple=True, callback=read_headers, help="'Name: value'.")
@profile_option("Sign as this one; else as the upstream's default.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
@click.option("--curl", is_flag=True, help="Print a command for curl.")
@click.option("--httpie", is_flag=True, help="Print a command for HTTPie.")
@click.option("--json", is_flag=True, help="Print JSON.")
@click.option("--explain", is_flag=True, help="Print what was signed, and what that changed.")
@click.argument("method")
@click.argument("url")
def command(
    method: str,
    url: str,
    data: str | None,
    headers: tuple[Header, ...],
    profile: str | None,
    path: Path | None,
    **forms: bool,
) -> None:
    """Sign a request and print it; nothing is sent but the call for a token, where a profile needs one.

    URL is the API's own, http://127.0.0.1:PORT/… as for the proxy, or a path. What the proxy would refuse is refused.
    """
    form = _form(forms)
    runtime = build(load(find(path, os.environ, Path.cwd()), os.environ))
    body = _body(data)
    if body is not None and not values(headers, b"content-type"):
        headers = (*headers, _JSON)
    if body is not None and not values(headers, b"content-length"):
        headers = (*headers, (b"Content-Length", b"%d" % len(body)))
    if profile is not None:
        headers = (*without(headers, _PROFILE.lower()), (_PROFILE, os.fsencode(profile)))
    try:
        prepared = _signed(runtime, method, url, headers, body or b"")
    except SignerError as e:
        raise Failure(f"{e.code}: {e}") from e
    click.echo(_FORMS[form](prepared).encode("utf-8", "surrogateescape"))


def _form(forms: Mapping[str, bool]) -> str | None:
    chosen = [form for form, is_chosen in forms.items() if is_chosen]
    if len(chosen) > 1:
        raise click.UsageError(f"a request is printed in one form, got {' and '.join(f'--{form}' for form in chosen)}")
    return chosen[0] if chosen else None


def _body(data: str | None) -> bytes | None:
    if data is None or not data.startswith("@"):
        return None if data is None else os.fsencode(data)
    return read_content(data.removeprefix("@"), "the request's body")[0]


def _signed(runtime: Runtime, method: str, url: str, headers: tuple[Header, ...], body: bytes) -> Prepared:
    """Take a request the daemon's way, but for the guard's question who asks: whoever runs this has the keys anyway."""
    asked = values(headers, _PROFILE.lower())
    place = destination(runtime, url, asked[0].decode("utf-8", "replace") if asked else None)
    request = Request(method, place.target, headers, body)
    http_form.check(request)
    _, profile = route.choose(runtime, place.upstream, request)
    admitted = exchange.admit(exchange.find_again(runtime, profile.name, request))
    return exchange.sign(admitted, time.time(), _credential(runtime, admitted))


def _credential(runtime: Runtime, admitted: Admitted) -> Credential:
    profile = admitted.profile
    if profile.token is None:
        return at_hand(profile, admitted.request)
    from signer_proxy.cli.token_call import fetch_credential  # here, since most requests need no network to be signed

    if not isinstance(profile.token, FileOrigin):
        click.echo(f"sign: calling for a token, which profile {profile.name} needs ...", err=True)
    return fetch_credential(runtime, admitted)


def _plain(prepared: Prepared) -> str:
    lines = [f"{prepared.method} {prepared.upstream.origin}{prepared.signed.target.decode('ascii')}"]
    lines += [f"{_text(name)}: {_text(value)}" for name, value in prepared.signed.headers]
    return "\n".join(lines)


def _json(prepared: Prepared) -> str:
    try:
        body = {"body": prepared.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": base64.b64encode(prepared.body).decode()}
    details = {
        "method": prepared.method,
        "url": prepared.upstream.origin + prepared.signed.target.decode("ascii"),
        "headers": [[_text(name), _text(value)] for name, value in prepared.signed.headers],
        **body,
        "profile": prepared.profile.name,
        "scheme": prepared.signed.explanation.scheme,
        "access": prepared.access,
        "warnings": prepared.signed.warnings,
    }
    return json.dumps(details, indent=2)


def _explained(prepared: Prepared) -> str:
    explanation = prepared.signed.explanation
    lines = [
        f"profile:  {prepared.profile.name}, {explanation.scheme}",
        f"access:   {prepared.access}",
        *(f"{word + ':':<10}{', '.join(getattr(explanation, word)) or 'nothing'}" for word in _CHANGES),
        *(f"warning:  {code}" for code in prepared.signed.warnings),
    ]
    if explanation.digest:
        lines += [f"digest:   {explanation.digest}", "signature base, to the byte:", _text(explanation.signature_base)]
    else:
        lines.append("no signature: the token alone speaks for the request")
    return "\n".join(lines)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


_CHANGES: Final = ("added", "replaced", "removed")
_FORMS: Final[dict[str | None, Callable[[Prepared], str]]] = {
    None: _plain,
    "curl": ready_command.curl,
    "httpie": ready_command.httpie,
    "json": _json,
    "explain": _explained,
}
