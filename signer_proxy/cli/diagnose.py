"""`signer-proxy diagnose`: says which mistake explains a signature that was rejected."""

import json
import os
import sys
import time
from pathlib import Path

import click

from signer_proxy.cli.content import read_content
from signer_proxy.cli.curl_command import read_curl
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.flow_entry import read_flow
from signer_proxy.cli.har_entry import read_har
from signer_proxy.cli.header_option import read_headers
from signer_proxy.cli.profile_option import profile_option
from signer_proxy.cli.raw_request import read_raw
from signer_proxy.cli.told_request import ToldRequest, told
from signer_proxy.diagnosis.fixes import FIXES
from signer_proxy.message import Header

_FILE = "FILE"


@click.command("diagnose")
@click.option("-d", "--data", metavar="BODY", help="The body: text, @FILE, or @- for stdin.")
@click.option("-H", "--header", "headers", multiple=True, callback=read_headers, help="'Name: value', as it was sent.")
@click.option("--curl", metavar=_FILE, help="A curl command that sends it; - is stdin.")
@click.option("--raw", metavar=_FILE, help="The request as it goes over the wire; - is stdin.")
@click.option("--har", metavar=_FILE, help="A HAR file: its last signed request that was refused; - is stdin.")
@click.option("--flow", metavar=_FILE, help="A file of mitmproxy's flows: that request of it; - is stdin.")
@click.option("--entry", type=click.IntRange(1), help="With --har or --flow: the request of this number instead.")
@profile_option("Whose signature it should be; else as its clientId says.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
@click.option("--lang", type=click.Choice(list(FIXES)), default="python", show_default=True, help="Of the fixes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("method", required=False)
@click.argument("url", required=False)
def command(
    method: str | None,
    url: str | None,
    data: str | None,
    headers: tuple[Header, ...],
    curl: str | None,
    raw: str | None,
    har: str | None,
    flow: str | None,
    entry: int | None,
    profile: str | None,
    path: Path | None,
    lang: str,
    as_json: bool,
) -> None:
    """Say why the API rejects a signed request; nothing is sent.

    The request is METHOD URL with its headers and body, or a curl command, a raw request, or an entry of a HAR file
    or of a file that `mitmdump -w` has written. Exit code 0 means that the request is right.
    """
    ways = [way for way in (curl, raw, har, flow, method) if way is not None]
    if len(ways) != 1 or (method is not None and url is None) or (method is None and (data or headers)):
        raise click.UsageError("give one request: METHOD URL, --curl FILE, --raw FILE, --har FILE or --flow FILE")
    if entry is not None and har is None and flow is None:
        raise click.UsageError("--entry goes with --har or --flow")
    if curl is not None:
        content, subject = read_content(curl, "a curl command")
        request = read_curl(os.fsdecode(content), subject)
    elif raw is not None:
        request = read_raw(*read_content(raw, "a raw request"))
    elif har is not None:
        request = read_har(*read_content(har, "a HAR file"), entry)
    elif flow is not None:
        request = read_flow(*read_content(flow, "mitmproxy's flows"), entry)
    else:
        request = _given(str(method), str(url), headers, data)
    _say(request, profile, path, lang, as_json=as_json)


def _given(method: str, url: str, headers: tuple[Header, ...], data: str | None) -> ToldRequest:
    if data is not None and data.startswith("@"):
        body = read_content(data.removeprefix("@"), "the request's body")[0]
    else:
        body = os.fsencode(data or "")
    return told(method, url, headers, body, "URL")


def _say(request: ToldRequest, profile: str | None, path: Path | None, lang: str, *, as_json: bool) -> None:
    from signer_proxy.cli.suspect import choose, diagnose  # here, so that wrong usage is told at once
    from signer_proxy.redaction import redact
    from signer_proxy.settings.configuration import load
    from signer_proxy.settings.whereabouts import find

    hidden = redact.left_in(request.received.target, request.received.headers, b"")
    if hidden is not None:
        raise Failure(
            f"the request's {hidden} is ***, which signer-proxy writes for a secret in what it shows and saves: it "
            "cannot be diagnosed (record the request itself, with `mitmdump -w` or in the browser's own tools)"
        )
    configuration = load(find(path, os.environ, Path.cwd()), os.environ)
    name = choose(configuration, request.received, profile)
    now = time.time() if request.time is None else request.time
    try:
        diagnosis = diagnose(configuration, name, request.received, now)
    except (UnicodeError, RecursionError) as e:
        raise Failure("the request holds text that no signature covers (is it the right file?)") from e
    if as_json:
        summary = {**diagnosis.summary(FIXES[lang]), "profile": name, "language": lang}
        click.echo(json.dumps(summary, indent=2))
    else:
        from rich.console import Console

        from signer_proxy.cli.diagnosis_view import view

        Console(soft_wrap=True, highlight=False).print(view(diagnosis, name, lang))
    if diagnosis.verdict != "right":
        sys.exit(1)
