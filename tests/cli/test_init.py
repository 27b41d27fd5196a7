"""`signer-proxy init` writes a config that loads, with keys that are closed to others, and overwrites nothing."""

import os
import pty
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

import pytest

from signer_proxy.cli import init_files, new_file
from signer_proxy.cli.failure import Failure
from signer_proxy.crypto.jwk import PtiKey
from signer_proxy.crypto.rsa_key import PrivateKey
from signer_proxy.settings.configuration import Configuration, load
from tests.cli.command import PROGRAM, failed, run, typed
from tests.end_to_end.daemon import free_port, started
from tests.end_to_end.wire import ask, request
from tests.settings.writing import write

PRESETS: Final = ("snaptrade-commercial", "snaptrade-personal", "snaptrade-jwt", "pti", "sandbox")
SNAPTRADE: Final = PRESETS[:2]
NAME: Final = "signer-proxy.toml"
ID: Final = {"SNAPTRADE_CLIENT_ID": "ID", "PTI_CLIENT_ID": "ID"}
KEY: Final = "consumer-key-of-the-tests"


def init(folder: Path, *arguments: str | Path) -> CompletedProcess[bytes]:
    """Write a config without questions."""
    return run("init", "--yes", *arguments, cwd=folder)


def loaded(folder: Path, environ: Mapping[str, str] | None = None) -> Configuration:
    """Load what was written, with the ids in the environment and nothing else but `environ`."""
    return load(folder / NAME, {**ID, **(environ or {})})


def modes(folder: Path) -> dict[str, int]:
    """Return the files of a folder, with their modes."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.mark.parametrize("preset", SNAPTRADE)
@pytest.mark.parametrize("place", ["env", "file", "keyring", "command"])
def test_consumer_key(preset: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each place of the consumer key there is a config that loads as soon as the key is there."""
    program = ["--command", f"printf '%s' {KEY}"] if place == "command" else []
    done = init(tmp_path, "--preset", preset, "--secrets", place, *program)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr.decode()
    assert modes(tmp_path) == {NAME: 0o600}
    environ = {"SNAPTRADE_CONSUMER_KEY": KEY} if place == "env" else {}
    said = done.stderr.decode()
    if place == "file":
        assert "cat > snaptrade.key" in said
        write(tmp_path / "snaptrade.key", KEY)
    if place == "keyring":
        found = re.search(r"keyring set (\S+) (\S+)", said)
        assert found is not None, said
        monkeypatch.setattr("keyring.get_password", _reader(found[1], found[2]))
    configuration = loaded(tmp_path, environ)
    (name,) = configuration.settings.profiles
    assert configuration.secrets[name, "consumer_key"].get_secret_value() == KEY
    assert getattr(configuration.settings.profiles[name], "account", None) == preset.removeprefix("snaptrade-")
    assert configuration.warnings == ()


def _reader(service: str, name: str) -> object:
    return lambda *entry: KEY if entry == (service, name) else None


def test_snaptrade_jwt(tmp_path: Path) -> None:
    """The private key is made and closed to others; its public half alone is on stdout."""
    done = init(tmp_path, "--preset", "snaptrade-jwt")
    assert done.returncode == 0, done.stderr.decode()
    key = PrivateKey.load((tmp_path / "snaptrade.pem").read_bytes())
    assert done.stdout.decode() == f"{key.public.line()}\n"
    assert modes(tmp_path) == {NAME: 0o600, "snaptrade.pem": 0o600}
    assert loaded(tmp_path).keys["me"].fingerprint == key.fingerprint


def test_pti(tmp_path: Path) -> None:
    """The JWK is made and closed to others; its public half is on stdout, and beside it."""
    done = init(tmp_path, "--preset", "pti", "--client-id", "00000000-0000-0000-0000-0000000000e2")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == (tmp_path / "pti.public.jwk").read_bytes()
    assert modes(tmp_path) == {NAME: 0o600, "pti.jwk": 0o600, "pti.public.jwk": 0o644}
    configuration = loaded(tmp_path, {"PTI_CLIENT_ID": "another"})
    assert configuration.secrets["pti", "client_id"].get_secret_value().endswith("e2")
    assert PtiKey.load((tmp_path / "pti.jwk").read_bytes()).thumbprint == configuration.pti_keys["pti"].thumbprint
    assert set(configuration.settings.profiles) == {"pti", "pti-user"}


def test_sandbox(sandbox: str, tmp_path: Path) -> None:
    """The daemon runs on the sandbox's config as it was written, but for the ports, which are other ones here."""
    assert init(tmp_path, "--preset", "sandbox").returncode == 0
    assert loaded(tmp_path).settings.profiles["partner"].access == "trade"
    text = (tmp_path / NAME).read_text()
    text = text.replace("http://127.0.0.1:8090", sandbox).replace("8080", str(free_port()))
    text = text.replace("SANDBOX-PARTNER", "PARTNER").replace("made-up-consumer-key-of-the-sandbox", "partner-key")
    with started(text, tmp_path) as daemon:
        assert ask(daemon.port, request(daemon.port, "GET", "/snapTrade/partners")).status == 200


@pytest.mark.parametrize(
    ("preset", "taken"),
    [("sandbox", NAME), ("pti", "pti.jwk"), ("pti", "pti.public.jwk"), ("snaptrade-jwt", "snaptrade.pem")],
)
def test_nothing_is_overwritten(preset: str, taken: str, tmp_path: Path) -> None:
    """A file that is there, or a link to nowhere, ends it; it stays as it was, and nothing else is written."""
    (tmp_path / taken).symlink_to("nowhere")
    line = failed(init(tmp_path, "--preset", preset))
    assert f"{taken} exists, and a {'config' if taken == NAME else 'key'} is never overwritten" in line
    assert [path.name for path in tmp_path.iterdir()] == [taken]


def test_config_elsewhere(tmp_path: Path) -> None:
    """--config names the file; keys stand beside it, and the next steps name it."""
    (tmp_path / "a b").mkdir()
    done = init(tmp_path, "--preset", "snaptrade-jwt", "--config", "a b/c.toml")
    assert set(modes(tmp_path / "a b")) == {"c.toml", "snaptrade.pem"}
    assert "signer-proxy run --config 'a b/c.toml'" in done.stderr.decode()
    assert "nowhere/c.toml cannot be made" in failed(
        init(tmp_path, "--preset", "sandbox", "--config", "nowhere/c.toml")
    )


USAGE: Final = {
    "no-terminal": ((), "there is no terminal (take --yes, with --preset)"),
    "no-preset": (("--yes",), "--yes needs --preset, which is one of snaptrade-commercial"),
    "no-such-preset": (("--yes", "--preset", "x"), "'x' is not one of"),
    "no-consumer-key": (("--yes", "--preset", "pti", "--secrets", "env"), "pti has none"),
    "no-client-id": (("--yes", "--preset", "sandbox", "--client-id", "x"), "sandbox has none of yours"),
    "no-program": (("--yes", "--preset", "snaptrade-personal", "--secrets", "command"), "belong together"),
    "program-alone": (("--yes", "--preset", "snaptrade-personal", "--command", "x"), "belong together"),
    "no-words": (("--yes", "--preset", "snaptrade-personal", "--secrets", "command", "--command", " "), "got nothing"),
    "open-quote": (("--yes", "--preset", "snaptrade-personal", "--secrets", "command", "--command", "'"), "a quote"),
}


@pytest.mark.parametrize(("arguments", "words"), USAGE.values(), ids=USAGE)
def test_usage(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """What does not go together is wrong usage, and nothing is written."""
    done = run("init", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert words in " ".join(done.stderr.decode().split())
    assert list(tmp_path.iterdir()) == []


def test_questions(tmp_path: Path) -> None:
    """On a terminal it asks; a consumer key that is typed is not shown, and goes into a file that is closed."""
    answers = ["snaptrade", "personal", "file", KEY, 'a "quoted" \\ id']
    code, shown = typed("init", cwd=tmp_path, answers=answers)
    assert code == 0, shown
    assert KEY not in shown
    assert modes(tmp_path) == {NAME: 0o600, "snaptrade.key": 0o600}
    assert 'client_id = "a \\"quoted\\" \\\\ id"' in (tmp_path / NAME).read_text()
    assert (tmp_path / "snaptrade.key").read_text() == f"{KEY}\n"


def test_program_that_is_asked_for(tmp_path: Path) -> None:
    """A program that prints the key is asked for, and stands in the config word by word."""
    answers = ["snaptrade", "commercial", "command", "printf '%s\\n' 'a key'", "ID"]
    code, shown = typed("init", cwd=tmp_path, answers=answers)
    assert code == 0, shown
    assert loaded(tmp_path).secrets["partner", "consumer_key"].get_secret_value() == "a key"


def test_interrupt(tmp_path: Path) -> None:
    """Ctrl-C at a question leaves nothing behind."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        [PROGRAM, "init"], cwd=tmp_path, stdin=its, stdout=its, stderr=its, start_new_session=True
    ) as process:
        os.close(its)
        shown = b""
        while not shown.endswith(b": "):
            shown += os.read(ours, 4096)
        while not is_waiting(
            process.pid
        ):  # a signal that comes between question and wait would be seen after an answer
            pass
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(20) == 1
        finally:
            process.kill()
            os.close(ours)
    assert list(tmp_path.iterdir()) == []


KILLED: Final = """
import os, signal, sys
from pathlib import Path
from signer_proxy.cli import init_files

write_new = init_files.write_new

def interrupted(*arguments):
    write_new(*arguments)
    os.kill(os.getpid(), int(sys.argv[1]))

init_files.write_new = interrupted
init_files.write_all(init_files.Plan(Path("signer-proxy.toml"), "", None, "consumer-key-of-the-tests"))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_signal_while_files_are_written(number: signal.Signals, tmp_path: Path) -> None:
    """A signal that comes between two files ends it once all of them have gone again."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(number.value)], cwd=tmp_path, capture_output=True, check=False, timeout=20
    )
    assert done.returncode == -number, done.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def is_waiting(process: int) -> bool:
    """Tell whether a process sleeps until something comes."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=True)
    return state.stdout.startswith("S")


def test_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the config cannot be written, the keys that were made for it go, too."""
    write_new = new_file.write_new

    def full(path: Path, content: bytes, mode: int, what: str) -> None:
        if path.name == NAME:
            raise Failure(f"{path} cannot be written: the disk is full")
        write_new(path, content, mode, what)

    monkeypatch.setattr(init_files, "write_new", full)
    with pytest.raises(Failure, match="the disk is full"):
        init_files.write_all(init_files.Plan(tmp_path / NAME, "", "snaptrade.pem", KEY))
    assert list(tmp_path.iterdir()) == []
