"""The option `--profile`, whose names the shell completes from the config."""

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from signer_proxy.settings.whereabouts import find


def profile_option[F: Callable[..., Any]](text: str) -> Callable[[F], F]:
    """Give a command the option `--profile`, which `text` describes."""
    return click.option("--profile", metavar="NAME", shell_complete=_complete, help=text)


def _complete(context: click.Context, _option: click.Parameter, begun: str) -> list[CompletionItem]:
    path = find(context.params.get("path"), os.environ, Path.cwd())
    return [CompletionItem(name) for name in _names(path) if name.startswith(begun)]


def _names(path: Path | None) -> list[str]:
    """Return the profiles that a config names, whether or not it is right."""
    if path is None:
        return ["partner"]
    try:
        profiles = tomllib.loads(path.read_text("utf-8")).get("profiles", {})
    except (OSError, ValueError):
        return []
    return list(profiles) if isinstance(profiles, dict) else []
