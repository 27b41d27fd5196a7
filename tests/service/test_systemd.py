"""systemd's own checker finds nothing wrong with the unit, wherever program and config stand."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from signer_proxy.errors import StartError
from signer_proxy.service.definition import Definition
from signer_proxy.service.marker import marked
from signer_proxy.service.systemd import unit

PLACES = {
    "plain": "plain",
    "space": "with a space",
    "specifier": "100%h of $HOME and ${HOME}",
    "quotes": 'it\'s a "quoted" one',
    "backslash": "a\\x41b",
    "umlaut": "zoë",
}


def definition(place: Path, credentials: tuple[str, ...] = (), search: str | None = None) -> Definition:
    """Return a daemon whose program, config and state stand in a folder."""
    program = place / "signer-proxy" if place.name not in (PLACES["quotes"], PLACES["backslash"]) else Path("/bin/true")
    return Definition(program, place / "c.toml", place / "signer-proxy", credentials, (), search)


def values(text: str, section: str = "Service") -> dict[str, str]:
    """Return a section's keys; of one that stands twice, the last."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
    parser.read_string(text)
    return dict(parser[section])


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
@pytest.mark.parametrize("name", PLACES.values(), ids=PLACES)
def test_checked(tmp_path: Path, name: str) -> None:
    """`systemd-analyze verify` is silent: each key is known, each value read, and the program is where we say."""
    place = tmp_path / name
    place.mkdir()
    (place / "signer-proxy").touch(0o700)
    file = tmp_path / "signer-proxy.service"
    search = f"/usr/bin:{place}/bin"
    file.write_text(marked(unit(definition(place, ("consumer.key", "alice_pem"), search))), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", file],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("character", ["'", '"', "\\"])
def test_program_that_cannot_be(character: str) -> None:
    """A program that systemd would refuse is refused before, with the reason."""
    place = Path("/x")
    wrong = Definition(place / f"a{character}b" / "signer-proxy", place / "c.toml", place / "s", (), ())
    with pytest.raises(StartError, match="no program with a quote or a backslash in its path"):
        unit(wrong)


def test_life() -> None:
    """The manager is told when the daemon is ready and alive, starts it again, and gives it time to stop."""
    service = values(unit(definition(Path("/x"))))
    assert service["Type"] == "notify"
    assert (service["NotifyAccess"], service["WatchdogSec"], service["Restart"]) == ("main", "30", "on-failure")
    assert int(service["TimeoutStopSec"]) > 10
    assert values(unit(definition(Path("/x"))), "Install") == {"WantedBy": "default.target"}


def test_credentials() -> None:
    """Each credential comes from the user's credential store, and from no other place."""
    lines = unit(definition(Path("/x"), ("a.key", "b"))).splitlines()
    loaded = [line for line in lines if line.startswith("LoadCredential")]
    assert loaded == ["LoadCredential=a.key:%E/credstore/a.key", "LoadCredential=b:%E/credstore/b"]


def test_hardening() -> None:
    """It writes its state and beside its config alone; memory is never both written and run, but by other programs."""
    service = values(unit(definition(Path("/x"))))
    assert service["ReadWritePaths"] == '"-/x/signer-proxy" "-/x"'
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")
    assert service["MemoryDenyWriteExecute"] == "yes"
    assert "MemoryDenyWriteExecute" not in values(unit(definition(Path("/x"), search="/bin")))


def test_user_units_alone() -> None:
    """Nothing stands in it that a manager without rights fails at."""
    forbidden = {"CapabilityBoundingSet", "AmbientCapabilities", "PrivateDevices", "ProtectKernelModules", "User"}
    assert values(unit(definition(Path("/x")))).keys().isdisjoint({*forbidden, "ProtectClock", "ProtectKernelLogs"})


def test_environment_is_ours(tmp_path: Path) -> None:
    """The daemon keeps its state where the commands of a shell look for it, and gets no other variable."""
    assert values(unit(definition(tmp_path)))["Environment"] == f'"XDG_STATE_HOME={tmp_path}"'
    assert "PATH=" not in unit(definition(tmp_path))


def test_programs_are_found() -> None:
    """Where secrets are asked of programs, these are looked for where the shell that installs it has them."""
    text = unit(definition(Path("/x"), search='/opt/100% "mine"/bin:/usr/bin'))
    assert values(text)["Environment"] == r'"XDG_STATE_HOME=/x" "PATH=/opt/100%% \"mine\"/bin:/usr/bin"'
