"""Where the control socket stands, and when its directory is trusted."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from signer_proxy.control import find, socket_path
from signer_proxy.control.place import check_directory
from signer_proxy.errors import StartError

CONFIG = Path("/etc/signer-proxy.toml")
PLACES: dict[str, tuple[Mapping[str, str], Path]] = {
    "runtime-directory": ({"XDG_RUNTIME_DIR": "/run/user/1", "TMPDIR": "/var/tmp"}, Path("/run/user/1/signer-proxy")),
    "relative": ({"XDG_RUNTIME_DIR": "run"}, Path(f"/tmp/signer-proxy-{os.geteuid()}")),
    "temporary": ({"TMPDIR": "/var/tmp"}, Path(f"/var/tmp/signer-proxy-{os.geteuid()}")),
    "neither": ({}, Path(f"/tmp/signer-proxy-{os.geteuid()}")),
}


@pytest.mark.parametrize(("environ", "directory"), PLACES.values(), ids=PLACES)
def test_directory(environ: Mapping[str, str], directory: Path) -> None:
    """It is the user's runtime directory, or one of the user's own among the temporary files."""
    assert socket_path(CONFIG, environ).parent == directory


def test_name() -> None:
    """Each config has a name of its own, however its path is written; so has the built-in one."""
    names = [socket_path(config, {}).name for config in (CONFIG, Path("/etc/x/../signer-proxy.toml"), Path("/x"), None)]
    assert names[0] == names[1] == hashlib.sha256(b"/etc/signer-proxy.toml").hexdigest()[:16] + ".sock"
    assert len({names[0], names[2], names[3]}) == 3


def test_private_directory(tmp_path: Path) -> None:
    """A directory of the user's alone is trusted."""
    tmp_path.chmod(0o700)
    check_directory(tmp_path)


def test_shared_directory(tmp_path: Path) -> None:
    """One that others can look into is not, and the error says what to do."""
    tmp_path.chmod(0o755)
    with pytest.raises(StartError, match=rf"got mode 0755 \(chmod 700 {tmp_path}\)"):
        check_directory(tmp_path)


def test_linked_directory(tmp_path: Path) -> None:
    """Nor is a link, wherever it leads."""
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(StartError, match="must be a directory"):
        check_directory(tmp_path / "link")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_foreign_directory(tmp_path: Path) -> None:
    """Nor is one of another user's, who could put a socket of theirs there."""
    os.chown(tmp_path, 12345, -1)
    with pytest.raises(StartError, match="got user 12345"):
        check_directory(tmp_path)


def test_find_none(tmp_path: Path) -> None:
    """Where there is no directory, or no socket in it, no daemon runs."""
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert find(CONFIG, environ) is None
    (tmp_path / "signer-proxy").mkdir(mode=0o700)
    assert find(CONFIG, environ) is None
