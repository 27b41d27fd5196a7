"""`signer-proxy completion`: prints what makes a shell complete commands, options, profiles and presets."""

from typing import Final

import click
from click.shell_completion import FishComplete, get_completion_class

_SHELLS: Final = ("bash", "zsh", "fish")


class _Fish(FishComplete):
    # click's own script cuts a description at its first comma.
    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    r"""Print the script for SHELL; it belongs into the file that the shell reads when it starts.

    \b
    bash: eval "$(signer-proxy completion bash)"           in ~/.bashrc
    zsh:  eval "$(signer-proxy completion zsh)"            in ~/.zshrc, behind compinit
    fish: signer-proxy completion fish | source            in ~/.config/fish/config.fish
    """
    root = context.find_root()
    completing = _Fish if shell == "fish" else get_completion_class(shell)
    assert completing is not None
    click.echo(completing(root.command, {}, "signer-proxy", "_SIGNER_PROXY_COMPLETE").source())
