"""The command line: one module a command, imported when it is called, so that only what needs it loads mitmproxy."""

import importlib
import io
import os
import sys
from typing import Final

import click
from click.shell_completion import CompletionItem

from signer_proxy import __version__
from signer_proxy.errors import ConfigError, StartError

_COMMANDS: Final = {
    "run": "The daemon, in the foreground.",
    "exec": "Any program, with its calls to the real URLs signed.",
    "demo": "Watch unsigned requests arrive, leave signed and be verified, without an account.",
    "sandbox": "The API's stand-in alone.",
    "keys": "Make a key pair, and show its public half.",
    "decrypt": "Open an envelope of the API with a private key.",
    "verify": "Check a webhook, and print the event that it brings.",
    "diagnose": "Say why a signature was rejected.",
    "status": "Ask the running daemon how it is.",
    "reload": "Have it read the config anew, with every secret.",
    "export": "Write what `run --web` keeps into a HAR file.",
    "log": "Show the audit, or what it comes to.",
    "init": "Write a config, and the keys that it needs.",
    "check": "Look at config, secrets, keys and ports, and at the API with --live.",
    "sign": "Print a signed request, without sending it.",
    "service": "Start the daemon at login, and again when it fails.",
    "completion": "Print what makes a shell complete commands.",
}


class _Commands(click.Group):
    def list_commands(self, _: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"signer_proxy.cli.{name}").command
        return command

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return commands and options that begin so, and import none of them."""
        begun = [CompletionItem(name, help=text) for name, text in _COMMANDS.items() if name.startswith(incomplete)]
        return [*begun, *click.Command.shell_complete(self, context, incomplete)]

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Sign requests for the SnapTrade and PTI APIs on their way out of this machine."""


def main() -> None:
    """Run a command; what is wrong with a config or a port is said in a line each, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a sign that it cannot write must end no command
            stream.reconfigure(errors="replace")
    try:
        commands.main(prog_name="signer-proxy")
    except (ConfigError, StartError) as e:
        for line in str(e).splitlines():
            click.echo(f"signer-proxy: {line}", err=True)
        sys.exit(1)
    except OSError as e:  # a full disk behind stdout, say; what commands read is told by themselves
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        click.echo(f"signer-proxy: {e.strerror or 'the system said no'}", err=True)
        sys.exit(1)
