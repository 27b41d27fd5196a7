"""A command that failed: one line on stderr and exit code 1."""

from typing import IO, Any

import click


class Failure(click.ClickException):
    """Ends a command; its text is subject, what was got and way out, and never a secret."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the line as every other command does."""
        click.echo(f"signer-proxy: {self.format_message()}", file=file, err=True)
