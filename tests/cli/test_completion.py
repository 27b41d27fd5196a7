"""`signer-proxy completion` makes the real shells complete commands, options, profiles and presets."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.cli.command import PROGRAM, run
from tests.settings.writing import PROFILE, UPSTREAM, write

# What a shell makes of its words: bash has its function called, zsh's compadd shows what it is given, fish asks itself.
BASH: Final = """
eval "$(signer-proxy completion bash)"
COMP_WORDS=({words} {begun}) COMP_CWORD={count}
_signer_proxy_completion signer-proxy
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH: Final = """
autoload -U compinit && compinit -u -D
eval "$(signer-proxy completion zsh)"
compadd() {{ print -l -- ${{(P)@[-1]}} }}
_describe() {{ print -l -- ${{(P)3}} }}
words=({words} {begun}) CURRENT={current}
_signer_proxy_completion
"""
FISH: Final = """
signer-proxy completion fish | source
complete --do-complete {line}
"""

CASES: Final = {
    "commands": (("s",), {"sandbox", "sign"}),
    "option": (("check", "--l"), {"--live"}),
    "profiles": (("sign", "--profile", "al"), {"alice", "alicia"}),
    "profiles-of-config": (("check", "--config", "other.toml", "--profile", ""), {"elsewhere"}),
    "presets": (("init", "--preset", "snaptrade-"), {"snaptrade-commercial", "snaptrade-personal", "snaptrade-jwt"}),
    "shells": (("completion", "z"), {"zsh"}),
}


def script(shell: str, typed: tuple[str, ...]) -> str:
    """Return a script that prints what a shell offers for the last of the words that were typed."""
    *before, begun = ("signer-proxy", *typed)
    words = shlex.join(before)
    if shell == "bash":
        return BASH.format(words=words, begun=shlex.quote(begun), count=len(typed))
    if shell == "zsh":
        return ZSH.format(words=words, begun=shlex.quote(begun), current=len(typed) + 1)
    return FISH.format(line=shlex.quote(" ".join(["signer-proxy", *typed])))


def in_shell_of(shell: str, text: str, folder: Path) -> str:
    """Run a script in a shell, with the program at hand; return what it prints."""
    done = subprocess.run(
        [shell, "-c", text],
        cwd=folder,
        env={"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(("typed", "offered"), CASES.values(), ids=CASES)
def test_shells(shell: str, typed: tuple[str, ...], offered: set[str], tmp_path: Path) -> None:
    """The shell offers what begins so, and nothing else that begins otherwise."""
    write(tmp_path / "signer-proxy.toml", named("alice") + profile("alicia") + profile("bob"))
    write(tmp_path / "other.toml", named("elsewhere"))
    shown = in_shell_of(shell, script(shell, typed), tmp_path)
    lines = [line.partition("\t")[0].partition(":")[0] for line in shown.splitlines()]
    found = {line for line in lines if line}
    assert offered <= found, shown
    assert all(line.startswith(typed[-1]) for line in found), shown


@pytest.mark.parametrize(("line", "offered"), [("check --li", "--live"), ("ver", "verify")])
def test_descriptions_in_fish(line: str, offered: str, tmp_path: Path) -> None:
    """Fish shows a description whole, commas and all."""
    (shown,) = in_shell_of("fish", FISH.format(line=shlex.quote(f"signer-proxy {line}")), tmp_path).splitlines()
    help_ = run(*(("check",) if offered == "--live" else ()), "--help", cwd=tmp_path).stdout.decode()
    name, _, description = shown.partition("\t")
    assert name == offered
    assert "," in description
    assert description in " ".join(help_.split())


def named(name: str) -> str:
    """Return a config with one profile, whose secret nobody has."""
    return f"version = 1\n{UPSTREAM}{profile(name)}"


def profile(name: str) -> str:
    """Return a profile, whose secret nobody has."""
    return PROFILE.replace("profiles.p]", f"profiles.{name}]") + 'consumer_key = { env = "NOBODY_HAS_IT" }\n'


def test_broken_config(tmp_path: Path) -> None:
    """A config that cannot be read completes nothing, and says nothing into the line that is typed."""
    write(tmp_path / "signer-proxy.toml", "[profiles")
    environ = {
        "_SIGNER_PROXY_COMPLETE": "bash_complete",
        "COMP_WORDS": "signer-proxy sign --profile ",
        "COMP_CWORD": "3",
    }
    done = run(cwd=tmp_path, environ=environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"\n", b"")


def test_commands_are_not_loaded() -> None:
    """To complete a command's name no command is imported: a key pressed twice must not take a second."""
    code = (
        "import os, sys\n"
        "os.environ.update(_SIGNER_PROXY_COMPLETE='bash_complete', COMP_WORDS='signer-proxy ', COMP_CWORD='1')\n"
        "from signer_proxy.cli.main import commands\n"
        "try:\n    commands.main(prog_name='signer-proxy')\n"
        "except SystemExit:\n    print(*sorted(name for name in sys.modules if name.startswith('signer_proxy.cli.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "signer_proxy.cli.main"
