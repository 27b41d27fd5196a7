"""`signer-proxy log`: shows the audit, or some of it, or what it comes to, and goes on with what is new."""

import json
import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from signer_proxy.audit.summary import PERCENTILES, Summary, summarise
from signer_proxy.audit.trail import Found, Trail
from signer_proxy.cli.exchange_line import text
from signer_proxy.cli.failure import Failure
from signer_proxy.cli.since import Ago
from signer_proxy.cli.terminal import console
from signer_proxy.settings.configuration import audit_file
from signer_proxy.settings.whereabouts import find

_LAST: Final = 10
"""Lines that `--follow` begins with."""
_PAUSE: Final = 0.2
_CLOCK: Final = "%Y-%m-%d %H:%M:%S"
_STATUS: Final = re.compile(r"[1-5]([0-9]{2}|xx)")


def _status(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    if given is not None and not _STATUS.fullmatch(given):
        raise click.BadParameter(f"it must be a status such as 404 or 4xx, got {given!r}")
    return given and given.rstrip("x")


@click.command("log")
@click.option("--follow", is_flag=True, help="Go on with what is new, over rotations, until SIGINT.")
@click.option("--stats", is_flag=True, help="How many of each outcome, and how long they took, by profile.")
@click.option("--profile", help="Those of one profile.")
@click.option("--since", type=Ago(), metavar="AGO", help="Those of the last 30s, 15m, 2h, 7d.")
@click.option("--status", metavar="STATUS", callback=_status, help="Those with a status such as 404 or 4xx.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object a line.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The config file.")
def command(
    *,
    follow: bool,
    stats: bool,
    profile: str | None,
    since: float | None,
    status: str | None,
    as_json: bool,
    path: Path | None,
) -> None:
    """Show what was audited, oldest first."""
    if follow and stats:
        raise click.UsageError("--follow and --stats exclude each other")
    wanted = _filter(profile, None if since is None else time.time() - since, status)
    out = console(os.environ, stderr=False)
    file = _audit(path)
    try:
        with closing(Trail(file)) as trail, suppress(KeyboardInterrupt):
            past = filter(wanted, trail.read())
            if stats:
                _show_summaries(out, summarise(past), as_json=as_json)
                return
            _show(out, deque(past, _LAST) if follow and since is None else past, as_json=as_json)
            while follow:
                time.sleep(_PAUSE)
                _show(out, filter(wanted, trail.read()), as_json=as_json)
    except PermissionError as e:
        raise Failure(f"audit file {file} cannot be read: {e.strerror} (see `ls -ld`)") from e


def _audit(path: Path | None) -> Path:
    """Return where the audit stands; the daemon need not run, and no secret is asked for."""
    config = find(path, os.environ, Path.cwd())
    file = audit_file(config, os.environ) if config else None
    if file is None:
        raise Failure(
            f"{config or 'the built-in config'}: [audit] must name a file, got none "
            '(put [audit] and file = "audit.jsonl" into a config)'
        )
    return file


def _filter(profile: str | None, after: float | None, status: str | None) -> Callable[[Found], bool]:
    def wanted(found: Found) -> bool:
        return (
            (profile is None or found.get("profile") == profile)
            and (after is None or _time(found) >= after)
            and (status is None or str(found.get("status")).startswith(status))
        )

    return wanted


def _time(found: Found) -> float:
    try:
        return datetime.fromisoformat(str(found.get("time"))).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _show(out: Console, found: Iterable[Found], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            click.echo(json.dumps(one))
        else:
            out.print(text(one, out.width if out.is_terminal else None, _CLOCK))


def _show_summaries(out: Console, summaries: list[Summary], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([summary.document() for summary in summaries]))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("profile", "requests", "outcomes", "statuses", "total ms", "upstream ms", "own ms"):
        table.add_column(name, justify="right" if name.endswith(("ms", "requests")) else "left")
    table.add_row(*[""] * 4, *["/".join(f"p{one}" for one in PERCENTILES)] * 3, style="dim")
    for summary in summaries:
        table.add_row(*_cells(summary))
    out.print(table)


def _cells(summary: Summary) -> Iterator[str]:
    yield summary.profile or "-"
    yield str(summary.requests)
    for counts in (summary.outcomes, summary.statuses):
        yield ", ".join(f"{number} {name}" for name, number in counts.items())
    for times in (summary.total, summary.upstream, summary.own):
        yield " / ".join(f"{each:,.1f}" for each in times)
