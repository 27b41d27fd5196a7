"""`signer-proxy service` writes, starts, stops and removes, and loses no file that is not its own."""

import os
import plistlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.command import PROGRAM, failed, run
from tests.settings.writing import minimal, write

SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$HOME/called"
case "$*" in {failing}) exit 1;; esac
"""


@dataclass(frozen=True, slots=True)
class User:
    """A user with a home, and a `systemctl` that notes what it is asked for."""

    home: Path

    @property
    def unit(self) -> Path:
        """Where the service's file stands."""
        return self.home / "xdg" / "systemd" / "user" / "signer-proxy.service"

    @property
    def environ(self) -> Mapping[str, str]:
        """The user's variables; no other program is to be found."""
        return {"PATH": str(self.home / "bin"), "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / "xdg")}

    @property
    def called(self) -> list[str]:
        """What systemctl was asked for so far."""
        file = self.home / "called"
        return file.read_text().splitlines() if file.exists() else []

    def systemctl(self, failing: str = "nothing") -> None:
        """Put a systemctl in place, which fails when its arguments fit a pattern of the shell."""
        (self.home / "bin").mkdir(exist_ok=True)
        write(self.home / "bin" / "systemctl", SYSTEMCTL.format(failing=failing), 0o700)

    def service(self, *arguments: str) -> tuple[int, str, str]:
        """Call `signer-proxy service`; return exit code, stdout and stderr."""
        done = run("service", *arguments, cwd=self.home, environ=self.environ)
        return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def user(tmp_path: Path) -> User:
    """Make a home with a config in it."""
    write(tmp_path / "signer-proxy.toml", minimal('consumer_key = { file = "$CREDENTIALS_DIRECTORY/snaptrade.key" }'))
    return User(tmp_path)


def test_install_and_uninstall(user: User) -> None:
    """The unit is written as `print` shows it, and started; it is stopped before it goes."""
    user.systemctl()
    printed = user.service("print", "--manager", "systemd")[1]
    assert f'ExecStart="{PROGRAM}" "run" "--config" "{user.home}/signer-proxy.toml"' in printed
    assert "LoadCredential=snaptrade.key:%E/credstore/snaptrade.key" in printed
    assert user.called == []
    assert user.service("install", "--manager", "systemd") == (0, f"{user.unit}\n", "")
    assert user.unit.read_text() == printed
    assert [entry.name for entry in user.unit.parent.iterdir()] == ["signer-proxy.service"]
    assert user.called == ["--user daemon-reload", "--user enable --now signer-proxy"]
    assert user.service("uninstall", "--manager", "systemd") == (0, f"{user.unit}\n", "")
    assert not user.unit.exists()
    assert user.called[2:] == ["--user disable --now signer-proxy", "--user daemon-reload"]


def test_again(user: User) -> None:
    """A second `install` replaces the first one's unit, and the service starts anew with it."""
    user.systemctl()
    user.service("install", "--manager", "systemd")
    first = user.unit.read_text()
    write(user.home / "other.toml", minimal())
    assert user.service("install", "--manager", "systemd", "--config", "other.toml")[0] == 0
    assert "other.toml" in user.unit.read_text() != first
    assert user.called[2] == "--user disable --now signer-proxy"


FOREIGN = {"another's": "[Service]\nExecStart=/bin/true\n", "edited": None}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN)
def test_not_ours(user: User, content: str | None) -> None:
    """A unit that another wrote, or that was edited, stays as it is, and no service is stopped or started."""
    user.systemctl()
    if content is None:
        user.service("install", "--manager", "systemd")
        content = f"{user.unit.read_text()}\nNice=5\n"
    user.unit.parent.mkdir(parents=True, exist_ok=True)
    user.unit.write_text(content)
    before = user.called
    for name in ("install", "uninstall"):
        line = failed(run("service", name, "--manager", "systemd", cwd=user.home, environ=user.environ))
        assert "got another's file or an edited one (move it away first)" in line
    assert user.unit.read_text() == content
    assert user.called == before


UNREACHABLE = {"missing": None, "no-bus": "*"}


@pytest.mark.parametrize("failing", UNREACHABLE.values(), ids=UNREACHABLE)
def test_no_manager(user: User, failing: str | None) -> None:
    """Where systemctl cannot be had the unit is written and removed all the same, and the commands are said."""
    if failing:
        user.systemctl(failing)
    code, _, said = user.service("install", "--manager", "systemd")
    assert (code, user.unit.exists()) == (0, True)
    assert said.splitlines()[1:] == ["  systemctl --user daemon-reload", "  systemctl --user enable --now signer-proxy"]
    code, _, said = user.service("uninstall", "--manager", "systemd")
    assert (code, user.unit.exists()) == (0, False)
    assert said.splitlines()[1:] == [
        "  systemctl --user disable --now signer-proxy",
        "  systemctl --user daemon-reload",
    ]


def test_not_started(user: User) -> None:
    """A daemon that does not start is a failure, with the place where it says why."""
    user.systemctl("*enable*")
    code, _, said = user.service("install", "--manager", "systemd")
    assert code == 1
    assert "does not start (see `journalctl --user -u signer-proxy`)" in said


def test_nothing_installed(user: User) -> None:
    """There is nothing to uninstall."""
    line = failed(run("service", "uninstall", "--manager", "systemd", cwd=user.home, environ=user.environ))
    assert f"{user.unit} does not exist: nothing is installed" in line


def test_no_config(user: User) -> None:
    """Without a config there is no service: the built-in one needs variables of a shell."""
    (user.home / "signer-proxy.toml").unlink()
    assert "must have a config, got none" in failed(run("service", "print", cwd=user.home, environ=user.environ))


def test_variables(user: User) -> None:
    """Secrets in the environment are named, since a service has no shell's."""
    write(user.home / "signer-proxy.toml", minimal())
    user.systemctl()
    code, _, said = user.service("install", "--manager", "systemd")
    assert code == 0
    assert "the service does not see your shell's KEY" in said


def test_way_to_the_api(user: User) -> None:
    """What a shell says of the way to the APIs is named, since a service has it not; a proxy's password stays out."""
    user.systemctl()
    shell = {"HTTPS_PROXY": "http://me:hush-hush@proxy.example", "NO_PROXY": "a.example", "SSL_CERT_FILE": "/ca.pem"}
    done = run("service", "install", "--manager", "systemd", cwd=user.home, environ={**user.environ, **shell})
    lines = done.stderr.decode().splitlines()
    assert [line.partition("your shell's ")[2].partition(" ")[0] for line in lines] == list(shell)
    assert "(`systemctl --user edit signer-proxy`, with Environment=HTTPS_PROXY=… below [Service])" in lines[0]
    assert "hush-hush" not in done.stderr.decode() + user.unit.read_text()


PROGRAMS = {"config-that-asks": ('consumer_key = { command = ["op"] }', True), "other": ("", False)}


@pytest.mark.parametrize(("line", "is_written"), PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("manager", ["systemd", "launchd"])
def test_path(user: User, manager: str, line: str, is_written: bool) -> None:
    """Where secrets are asked of programs these are found on the PATH of the shell that installs the service."""
    write(user.home / "signer-proxy.toml", minimal(line or 'consumer_key = { file = "key" }'))
    printed = user.service("print", "--manager", manager)[1]
    assert (f"{user.home}/bin" in printed) == is_written


def test_unprintable_path(user: User) -> None:
    """A PATH that no service file can hold is refused."""
    write(user.home / "signer-proxy.toml", minimal('consumer_key = { command = ["op"] }'))
    environ = {**user.environ, "PATH": "/bin:\n/x"}
    assert "PATH must be of printable characters" in failed(run("service", "print", cwd=user.home, environ=environ))


def test_wrong_name(user: User) -> None:
    """A credential is one name: no path leads out of the directory."""
    write(user.home / "signer-proxy.toml", minimal('consumer_key = { file = "$CREDENTIALS_DIRECTORY/../key" }'))
    line = failed(run("service", "print", "--manager", "systemd", cwd=user.home, environ=user.environ))
    assert "must be followed by one name, of letters, digits, '_', '.' and '-', got '../key'" in line


def test_launchd(user: User) -> None:
    """The agent stands where macOS looks for it, and its state is there for its log."""
    write(user.home / "signer-proxy.toml", minimal("consumer_key = { file = 'key' }"))
    code, out, said = user.service("install", "--manager", "launchd")
    file = user.home / "Library" / "LaunchAgents" / "signer-proxy.plist"
    assert (code, out) == (0, f"{file}\n")
    assert f"  launchctl bootstrap gui/{os.getuid()} {file}" in said
    read = plistlib.loads(file.read_bytes())
    assert Path(read["StandardErrorPath"]).parent.stat().st_mode & 0o777 == 0o700
    assert Path(read["ProgramArguments"][0]).parent == Path(sys.executable).parent
