"""`signer-proxy check`: looks at everything that must be right before requests can be signed, and lists it."""

import asyncio
import json
import os
import sys
from collections.abc import Collection, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from signer_proxy import exchange
from signer_proxy.assembly import build
from signer_proxy.checks.config_findings import config_findings
from signer_proxy.checks.draft_findings import draft_findings
from signer_proxy.checks.finding import Finding, Mark
from signer_proxy.checks.port_findings import daemon_finding, port_findings
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.profile_option import profile_option
from signer_proxy.errors import ConfigError, SignerError
from signer_proxy.guard import http_form
from signer_proxy.message import Request
from signer_proxy.runtime import Runtime
from signer_proxy.settings.built_in import built_in
from signer_proxy.settings.configuration import Configuration, draft, load
from signer_proxy.settings.draft import Draft
from signer_proxy.settings.suggestion import suggestion
from signer_proxy.settings.whereabouts import find

_MARKS: Final[dict[Mark, tuple[str, str]]] = {
    "ok": ("✓ ok", "green"),
    "warning": ("! look", "yellow"),
    "problem": ("✗ wrong", "red"),
}


@click.command("check")
@click.option("--live", is_flag=True, help="Ask the APIs, too: TLS, the clock, one harmless signed call a profile.")
@click.option("--explain", "question", metavar='"METHOD PATH"', help="Say what the access rules make of a request.")
@profile_option("With --explain or --live: this one alone.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, live: bool, question: str | None, profile: str | None, path: Path | None, as_json: bool) -> None:
    """List what is right and what is wrong; exit code 1 where anything is wrong. No secret is shown."""
    if question is not None and live:
        raise click.UsageError("--explain asks nobody: take it without --live")
    if profile is not None and not live and question is None:
        raise click.UsageError("--profile belongs to --explain or --live")
    found = find(path, os.environ, Path.cwd())
    if question is None:
        is_right = _listed(_found(found, profile, live=live), as_json=as_json)
        sys.exit(0 if is_right else 1)
    runtime = build(load(found, os.environ))
    method, _, target = question.partition(" ")
    request = Request(method, os.fsencode(target.strip()))
    _tell([_judged(runtime, name, request) for name in _named(runtime.profiles, profile)], as_json=as_json)


def _found(path: Path | None, profile: str | None, *, live: bool) -> Iterable[Finding]:
    configuration: Configuration | None = None
    sound = _sound(path)
    try:
        configuration = load(path, os.environ)
    except ConfigError as e:
        yield from (Finding("problem", "config", problem) for problem in e.problems)
        if sound is not None and path is not None:
            yield from draft_findings(sound, path, e.problems, os.environ)
    else:
        yield from config_findings(configuration, os.environ)
    finding, daemon = daemon_finding(path, os.environ)
    yield finding
    if sound is not None:
        yield from port_findings(sound, daemon)
    if live and configuration is not None:
        click.echo("check: asking the APIs ...", err=True)
        yield from asyncio.run(_live(build(configuration), profile))


def _sound(path: Path | None) -> Draft | None:
    """Return what is sound in a config, nothing where there is none or it is no TOML."""
    try:
        return Draft.of(built_in(os.environ), set()) if path is None else draft(path)
    except ConfigError:
        return None


async def _live(runtime: Runtime, profile: str | None) -> list[Finding]:
    from signer_proxy.checks.live_findings import live_findings  # here, since it brings the HTTP client along

    names = _named(runtime.profiles, profile)
    return [finding async for finding in live_findings(runtime, names, os.environ)]


def _named(known: Collection[str], profile: str | None) -> list[str]:
    if profile is None or profile in known:
        return list(known) if profile is None else [profile]
    raise Failure(f"--profile must name a profile of the config, got {profile!r} ({suggestion(profile, known)})")


def _judged(runtime: Runtime, profile: str, request: Request) -> dict[str, object]:
    """Return what the daemon would say to a request for a profile."""
    try:
        http_form.check(request)
        verdict = exchange.find_again(runtime, profile, request).verdict
    except SignerError as e:
        raise Failure(f"--explain takes a method and a path, as in 'POST /trade/place': {e}") from e
    if verdict is None:
        raise Failure("--explain takes a method and a path in ASCII without '#', as in 'POST /trade/place'")
    return {
        "profile": profile,
        "allowed": verdict.allowed,
        "access": verdict.access.name.lower(),
        "why": verdict.why,
    }


def _tell(verdicts: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(verdicts, indent=2))
        return
    for verdict in verdicts:
        mark = _styled("✓ allowed", "green") if verdict["allowed"] else _styled("✗ refused", "red")
        click.echo(f"{mark} {verdict['profile']}: {verdict['why']}")


def _listed(findings: Iterable[Finding], *, as_json: bool) -> bool:
    """Print the findings as they come; tell whether nothing is wrong."""
    seen = []
    for finding in findings:
        seen.append(finding)
        if not as_json:
            click.echo(f"{_styled(*_MARKS[finding.mark])} {finding.subject}: {finding.text}")
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in seen], indent=2))
    return all(finding.mark != "problem" for finding in seen)


def _styled(word: str, color: str) -> str:
    return click.style(f"{word:<9}", fg=None if os.environ.get("NO_COLOR") else color)  # no-color.org
