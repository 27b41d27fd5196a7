"""The inspector of a daemon: its port, its password, and how both are told."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from signer_proxy.admin.loopback import listen
from signer_proxy.runtime import Inspection

if TYPE_CHECKING:  # it brings a web server along
    from signer_proxy.engines.mitmproxy.inspector.inspector import Inspector


@contextmanager
def inspecting(settings: Inspection, *, reveal: bool = False) -> Iterator["Inspector"]:
    """Open the inspector, with a new password. Raises StartError."""
    from signer_proxy.engines.mitmproxy.inspector.inspector import Inspector

    with ExitStack() as stack:
        listening = [stack.enter_context(each) for each in listen(settings.web_port, "web_port")]
        inspector = Inspector(settings, listening, secrets.token_urlsafe(32), reveal=reveal)
        stack.callback(inspector.close)
        yield inspector


def introduce(inspector: "Inspector") -> None:
    """Tell how it opens: a person at a terminal by a link, and what may end in a log where the link is."""
    if inspector.reveal:
        click.echo("WARNING: --reveal shows every secret to whoever opens the inspector", err=True)
    if sys.stderr.isatty():
        click.echo(f"inspector: {inspector.url}", err=True)
    else:
        address = f"http://127.0.0.1:{inspector.settings.web_port}/"
        click.echo(f"inspector: {address} (`signer-proxy status --inspector` prints the link that opens it)", err=True)
