"""`signer-proxy init`: asks a few questions, and writes a config with the keys that it needs."""

import shlex
import sys
from pathlib import Path
from typing import Final

import click

from signer_proxy.cli.init_files import Plan, write_all
from signer_proxy.cli.new_file import check_place
from signer_proxy.cli.presets import PRESETS, Preset
from signer_proxy.cli.secret_place import CONSUMER_KEY_FILE, PLACES, SecretPlace, secret_place

_DEFAULT: Final = Path("signer-proxy.toml")


@click.command("init")
@click.option("--preset", "name", type=click.Choice(list(PRESETS)), help="The API and the mode.")
@click.option("--secrets", "kind", type=click.Choice(PLACES), help="Where the consumer key is; env where left out.")
@click.option("--command", "program", metavar="C", help="With --secrets command: what prints it, without a shell.")
@click.option("--client-id", help="Else it is in the environment, or asked for.")
@click.option("--yes", is_flag=True, help="Ask nothing: for scripts.")
@click.option("--config", "path", type=click.Path(path_type=Path), default=_DEFAULT, help="The config to write.")
def command(
    name: str | None, kind: str | None, program: str | None, client_id: str | None, yes: bool, path: Path
) -> None:
    """Write a config, and the private key where one is needed, whose public half is printed. Nothing is overwritten."""
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("init asks questions, and there is no terminal (take --yes, with --preset)")
    if yes and name is None:
        raise click.UsageError(f"--yes needs --preset, which is one of {', '.join(PRESETS)}")
    check_place(path, "a config")  # before anybody answers questions
    name = name or _asked_preset()
    preset = PRESETS[name]
    _check(preset, name, path, kind, program, client_id)
    place, secret = _place(preset, path.parent, kind, program, ask=not yes)
    if client_id is None and preset.variables and not yes:
        client_id = _ask(f"Client id (nothing: ${preset.variables[0]} has it)", "")
    text = preset.text(client_id or "", place.reference if place else None)
    public = write_all(Plan(path, text, preset.private_key, secret))
    if public:
        click.echo(public)
    for line in _next(name, preset, path, place if secret is None else None, client_id):
        click.echo(line, err=True)


def _check(preset: Preset, name: str, path: Path, kind: str | None, program: str | None, client_id: str | None) -> None:
    """Refuse what does not go together, and what would overwrite a file."""
    if kind is not None and not preset.has_consumer_key:
        raise click.UsageError(f"--secrets says where a consumer key is, and {name} has none")
    if client_id is not None and not preset.variables:
        raise click.UsageError(f"--client-id belongs to other presets: {name} has none of yours")
    if (program is not None) != (kind == "command"):
        raise click.UsageError("--command and --secrets command belong together")
    if preset.private_key is not None:
        check_place(path.parent / preset.private_key, "a key")
        check_place((path.parent / preset.private_key).with_suffix(".public.jwk"), "a key")


def _place(
    preset: Preset, directory: Path, kind: str | None, program: str | None, *, ask: bool
) -> tuple[SecretPlace | None, str | None]:
    """Return where the consumer key stands, and what a user typed to be put there."""
    if not preset.has_consumer_key:
        return None, None
    if kind is None and ask:
        kind = _ask("Where is the consumer key", "env", PLACES)
    if kind == "command" and program is None:
        program = _ask("Which program prints it, such as: op read op://Private/SnapTrade/key", None)
    secret = None
    if kind == "file" and ask:
        secret = _ask(f"Consumer key, for {CONSUMER_KEY_FILE} (nothing: put it there later)", "", hidden=True)
    try:
        words = tuple(shlex.split(program or ""))
    except ValueError as e:
        raise click.UsageError("--command is a program and its arguments, got a quote without an end") from e
    if kind == "command" and not words:
        raise click.UsageError("--command is a program and its arguments, got nothing")
    return secret_place(kind or "env", directory, preset.variables[1], words), secret or None


def _asked_preset() -> str:
    api = _ask("Which API", "snaptrade", tuple(dict.fromkeys(preset.api for preset in PRESETS.values())))
    modes = {preset.mode: name for name, preset in PRESETS.items() if preset.api == api}
    return modes[_ask("Which mode", "commercial", tuple(modes))] if len(modes) > 1 else next(iter(modes.values()))


def _ask(question: str, default: str | None, choices: tuple[str, ...] = (), *, hidden: bool = False) -> str:
    answer: str = click.prompt(
        question,
        default=default,
        type=click.Choice(choices) if choices else str,
        show_default=bool(default),
        hide_input=hidden,
        err=True,
    )
    return answer


def _next(name: str, preset: Preset, path: Path, place: SecretPlace | None, client_id: str | None) -> list[str]:
    """Return what the user does now."""
    steps = []
    if preset.variables and not client_id:
        steps.append(f"export {preset.variables[0]}=…")
    if place is not None and place.way:
        steps.append(place.way)
    if name == "snaptrade-jwt":
        steps.append("# give the partner the line above; the envelope that it passes on goes into snaptrade.token.json")
    if name == "pti":
        steps.append("# send PTI the JWK above")
    option = "" if path == _DEFAULT else f" --config {shlex.quote(str(path))}"
    first = f"signer-proxy sandbox{option} &" if name == "sandbox" else f"signer-proxy check --live{option}"
    return [
        f"init: {path} is written. What comes next:",
        *(f"  {step}" for step in [*steps, first]),
        f"  signer-proxy run{option}",
    ]
