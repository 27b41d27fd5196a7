"""The property list says what launchd must know, and nothing that it cannot do."""

import plistlib
from pathlib import Path

import pytest

from signer_proxy.errors import StartError
from signer_proxy.service.launchd import agent
from signer_proxy.service.marker import marked
from tests.service.test_systemd import PLACES, definition


@pytest.mark.parametrize("name", PLACES.values(), ids=PLACES)
def test_read(name: str) -> None:
    """A parser reads the program and its arguments as they are, the line that marks the file or not."""
    place = Path("/") / name
    read = plistlib.loads(marked(agent(definition(place))).encode())
    assert read == plistlib.loads(agent(definition(place)).encode())
    assert read["ProgramArguments"] == [str(definition(place).program), "run", "--config", f"{place}/c.toml"]
    assert read["EnvironmentVariables"] == {"XDG_STATE_HOME": str(place)}
    with_programs = plistlib.loads(agent(definition(place, search=f"{place}/bin:/bin")).encode())
    assert with_programs["EnvironmentVariables"] == {"XDG_STATE_HOME": str(place), "PATH": f"{place}/bin:/bin"}
    assert (read["RunAtLoad"], read["KeepAlive"], read["Umask"]) == (True, {"SuccessfulExit": False}, 0o077)


def test_no_credentials() -> None:
    """Credentials are refused, since launchd would start a daemon that cannot find them."""
    with pytest.raises(StartError, match=r"launchd hands over no credentials, got a\.key .*keyring"):
        agent(definition(Path("/x"), ("a.key",)))
