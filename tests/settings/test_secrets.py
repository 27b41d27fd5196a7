"""A secret is had from wherever its reference leads, and nobody but the scheme ever sees it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from signer_proxy.errors import ConfigError
from signer_proxy.settings.configuration import Configuration, load
from signer_proxy.settings.program import output
from signer_proxy.settings.unreadable import UnreadableError
from tests.settings.writing import config, minimal, script, write

SECRET: Final = "hush-hüsh"
ENVIRON: Final = {"PATH": os.environ["PATH"], "KEY": SECRET}


class MemoryKeyring(KeyringBackend):
    """A keyring of its own, that counts how often it is asked and may be locked."""

    priority = 1.0

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        self.entries: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        """Return an entry."""
        self.asked += 1
        if self.locked:
            raise KeyringLocked(SECRET)
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep an entry."""
        self.entries[service, username] = password


def install(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    """Put a keyring in the place of the system's for a while."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture(name="memory")
def memory_keyring() -> Iterator[MemoryKeyring]:
    """Replace the system's keyring by one in memory that holds the secret."""
    memory = MemoryKeyring()
    memory.set_password("snap/trade", "partner", SECRET)
    for _ in install(memory):
        yield memory


def consumer_key(configuration: Configuration) -> str:
    """Return the consumer key that a config led to."""
    return configuration.secrets["p", "consumer_key"].get_secret_value()


def loaded(directory: Path, reference: str, environ: dict[str, str] | None = None) -> Configuration:
    """Load a config with this consumer key."""
    return load(config(directory, minimal(f"consumer_key = {reference}")), environ or ENVIRON)


def problem(directory: Path, reference: str) -> str:
    """Return the one problem of a config with this consumer key, less its file and key."""
    with pytest.raises(ConfigError) as caught:
        loaded(directory, reference)
    [line] = caught.value.problems
    beginning = f"{directory / 'c.toml'}: profiles.p.consumer_key: "
    assert line.startswith(beginning)
    return line.removeprefix(beginning)


REFERENCES = {
    "env": '{ env = "KEY" }',
    "file": '{ file = "key" }',
    "keyring": '{ keyring = "snap/trade/partner" }',
    "command": '{ command = ["cat", "key"] }',
    "relative-program": '{ command = ["./program"] }',
    "plain": f'"{SECRET}"',
}


@pytest.mark.parametrize("reference", [pytest.param(text, id=name) for name, text in REFERENCES.items()])
@pytest.mark.usefixtures("memory")
def test_every_kind_of_reference_leads_to_the_secret(reference: str, tmp_path: Path) -> None:
    """Each kind works, relative to the config where it names a file; no repr of the configuration shows the value."""
    write(tmp_path / "key", f"{SECRET}\n")
    script(tmp_path, f"echo '{SECRET}'")
    configuration = loaded(tmp_path, reference)
    assert consumer_key(configuration) == SECRET
    assert SECRET not in repr(configuration)


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        pytest.param("key", "key", id="none"),
        pytest.param("key\n", "key", id="lf"),
        pytest.param("key\r\n", "key", id="crlf"),
        pytest.param("key\n\n", "key\n", id="two"),
        pytest.param(" key \n", " key ", id="spaces-stay"),
        pytest.param("key\r", "key\r", id="cr-alone-stays"),
        pytest.param("\nkey", "\nkey", id="at-the-start"),
    ],
)
@pytest.mark.parametrize("reference", [REFERENCES["file"], REFERENCES["command"]], ids=["file", "command"])
def test_one_line_end_is_dropped(content: str, secret: str, reference: str, tmp_path: Path) -> None:
    """The line end that an editor or a program adds is no part of the secret; everything else is."""
    write(tmp_path / "key", content)
    assert consumer_key(loaded(tmp_path, reference)) == secret


@pytest.mark.parametrize("reference", ["env", "plain"])
def test_line_end_stays_where_nobody_adds_one(reference: str, tmp_path: Path) -> None:
    """A variable and a text in the config are taken as they are."""
    text = {"env": '{ env = "KEY" }', "plain": '"key\\n"'}[reference]
    assert consumer_key(loaded(tmp_path, text, {"KEY": "key\n"})) == "key\n"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o777], ids=oct)
def test_file_that_others_can_reach_is_refused_with_the_chmod_to_type(mode: int, tmp_path: Path) -> None:
    """A secret that a group or everyone can read or write is refused; what is to be typed then works."""
    directory = tmp_path / "it's here"
    directory.mkdir()
    path = write(directory / "key", SECRET, mode)
    told = problem(directory, '{ file = "key" }')
    assert told.startswith(f"file {path} must be closed to other users, got mode {mode:04o} (chmod 600 ")
    command = told.partition("(")[2].removesuffix(")")
    output(["sh", "-c", command], tmp_path, ENVIRON)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert consumer_key(loaded(directory, '{ file = "key" }')) == SECRET


def test_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a stranger could change is no secret of ours, however closed its mode."""
    path = write(tmp_path / "key", SECRET)
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        stranger = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: stranger)
    assert problem(tmp_path, '{ file = "key" }') == (
        f"file {path} must belong to you or root, got the owner {path.stat().st_uid} (make a copy that is yours)"
    )


def test_link_to_a_private_file_is_followed(tmp_path: Path) -> None:
    """The mode of the file counts, not of the link, and the link's own path is what is watched."""
    write(tmp_path / "real", SECRET)
    (tmp_path / "key").symlink_to("real")
    configuration = loaded(tmp_path, '{ file = "key" }')
    assert consumer_key(configuration) == SECRET
    assert configuration.files == {tmp_path / "c.toml", tmp_path / "key"}


def test_file_in_the_home(tmp_path: Path) -> None:
    """A path that begins with ~/ starts at the home of the environment."""
    home = tmp_path / "home"
    home.mkdir()
    write(home / "key", SECRET)
    configuration = loaded(tmp_path, '{ file = "~/key" }', {"HOME": str(home)})
    assert consumer_key(configuration) == SECRET
    assert home / "key" in configuration.files


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        pytest.param("missing", "does not exist (make it, or name another one)", id="missing"),
        pytest.param("directory", "cannot be read: Is a directory (see `ls -ld`)", id="directory"),
        pytest.param("pipe", "must be a regular file, got a pipe, device or socket (name a file)", id="pipe"),
        pytest.param("empty", "must not be empty, got nothing (put the value there)", id="empty"),
        pytest.param("line-end", "must not be empty, got nothing (put the value there)", id="line-end"),
        pytest.param("bytes", "must be UTF-8 text, got other bytes (store the secret as text)", id="bytes"),
        pytest.param("large", "must be at most 1 MiB, got more (is it the right file?)", id="large"),
    ],
)
def test_file_that_holds_no_secret(kind: str, told: str, tmp_path: Path) -> None:
    """A file that cannot hold a secret is told by what is wrong with it; a pipe without a writer holds nothing up."""
    path = tmp_path / "key"
    match kind:
        case "directory":
            path.mkdir()
        case "pipe":
            os.mkfifo(path, 0o600)
        case "empty" | "line-end" | "bytes" | "large":
            content = {"empty": b"", "line-end": b"\n", "bytes": b"\xff", "large": b"x" * (1 << 20) + b"x"}[kind]
            write(path, content)
    assert problem(tmp_path, '{ file = "key" }') == f"file {path} {told}"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            "exit 3", "must end with exit code 0, got exit code 3 (run it by hand to see why)", id="exit-code"
        ),
        pytest.param(
            "kill -9 $$", "must end with exit code 0, got an end by signal 9 (run it by hand to see why)", id="signal"
        ),
        pytest.param(
            "cat /dev/zero", "must print at most 64 KiB, got more (let it print the secret alone)", id="endless-output"
        ),
    ],
)
def test_program_that_fails(body: str, told: str, tmp_path: Path) -> None:
    """A program that fails is told by how it ended; what it printed, on stderr too, is not."""
    path = script(tmp_path, f"echo '{SECRET}'; echo '{SECRET}' >&2; {body}")
    assert problem(tmp_path, f'{{ command = ["{path}", "{SECRET}"] }}') == f"program {path} {told}"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param("exit 0", "must not be empty, got nothing (put the value there)", id="nothing"),
        pytest.param("printf '\\377'", "must be UTF-8 text, got other bytes (store the secret as text)", id="bytes"),
    ],
)
def test_program_that_prints_no_secret(body: str, told: str, tmp_path: Path) -> None:
    """A program must print text."""
    path = script(tmp_path, body)
    assert problem(tmp_path, f'{{ command = ["{path}"] }}') == f"the output of program {path} {told}"


def test_program_that_is_not_there(tmp_path: Path) -> None:
    """A program that cannot be started is told by its name."""
    assert problem(tmp_path, '{ command = ["no-such-program-here"] }') == (
        "program no-such-program-here cannot be started: No such file or directory (is it installed, and on the PATH?)"
    )


def test_program_that_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """A program has 30 s, here less; a child of it that still holds its output does not prolong them."""
    path = script(tmp_path, "sleep 600 & wait")
    with pytest.raises(UnreadableError) as caught:
        output([str(path)], tmp_path, ENVIRON, patience=0.2)
    assert str(caught.value) == (
        f"program {path} must end within 0.2 s, got no end (does it wait for input? run it by hand)"
    )


def test_program_that_closes_its_output_and_stays_is_ended(tmp_path: Path) -> None:
    """The time is over for a program that has printed and does not end, too."""
    path = script(tmp_path, "exec >&-; sleep 600")
    with pytest.raises(UnreadableError, match="must end within"):
        output([str(path)], tmp_path, ENVIRON, patience=0.2)


def test_program_has_no_input_and_no_shell(tmp_path: Path) -> None:
    """A program reads nothing, and its arguments reach it as they are written."""
    path = script(tmp_path, 'cat; printf %s "$1"')
    assert consumer_key(loaded(tmp_path, f"{{ command = ['{path}', '$HOME; *'] }}")) == "$HOME; *"


def test_program_gets_the_environment(tmp_path: Path) -> None:
    """A program sees the variables that the config is loaded with."""
    path = script(tmp_path, 'printf %s "$KEY"')
    assert consumer_key(loaded(tmp_path, f'{{ command = ["{path}"] }}')) == SECRET


@pytest.mark.usefixtures("memory")
def test_keyring_entry_that_does_not_exist(tmp_path: Path) -> None:
    """A missing entry is told with the command that makes it."""
    assert problem(tmp_path, '{ keyring = "snap/trade/other" }') == (
        "keyring entry snap/trade/other does not exist (type `keyring set snap/trade other`)"
    )


def test_keyring_that_is_locked(tmp_path: Path) -> None:
    """A keyring's own error is told by its kind, since its text may be anything."""
    for _ in install(MemoryKeyring(locked=True)):
        assert problem(tmp_path, '{ keyring = "snap/partner" }') == (
            "keyring entry snap/partner cannot be read, got KeyringLocked (is the keyring unlocked?)"
        )


def test_machine_without_keyring(tmp_path: Path) -> None:
    """Where the system has no keyring, as in most containers, the other kinds are named."""
    for _ in install(NoKeyring()):  # type: ignore[no-untyped-call]  # the library's
        assert problem(tmp_path, '{ keyring = "snap/partner" }') == (
            "no keyring was found on this machine (use { file = … } or { env = … })"
        )


KINDS = '{ env = "NAME" }, { file = "path" }, { keyring = "service/name" } or { command = ["program", …] }'


@pytest.mark.parametrize("mode", [0o600, 0o644], ids=oct)
def test_plain_secret_is_accepted_with_a_warning(mode: int, tmp_path: Path) -> None:
    """A secret in the config's text works, and is warned of; so is a config with one that others can read."""
    text = minimal(f'consumer_key = "{SECRET}"\nuser_id = "alice"\nuser_secret = "{SECRET}"')
    path = config(tmp_path, text, mode)
    others = f", and other users of this machine can read it (chmod 600 {path})" if mode == 0o644 else ""
    assert load(path, {}).warnings == tuple(
        f"{path}: profiles.p.{key}: stands in the config as plain text{others}; better {KINDS}"
        for key in ("consumer_key", "user_secret")
    )


def test_client_id_and_references_need_no_warning(tmp_path: Path) -> None:
    """A client id is no secret, and a config with references alone may be read by everyone."""
    path = config(tmp_path, minimal(), 0o644)
    assert load(path, ENVIRON).warnings == ()


MISTAKES = {
    "plain-beside-mistakes": f'consumer_key = "{SECRET}"\nacces = "x"\nport = 5',
    "wrong-type": f'consumer_key = ["{SECRET}"]',
    "wrong-kind": f'consumer_key = {{ plain = "{SECRET}" }}',
    "two-kinds": f'consumer_key = {{ env = "{SECRET}", file = "{SECRET}" }}',
    "env-name": f'consumer_key = {{ env = "{SECRET}" }}',
    "env-in-a-list": f'consumer_key = {{ env = ["{SECRET}"] }}',
    "keyring-shape": f'consumer_key = {{ keyring = "{SECRET}" }}',
    "command-text": f'consumer_key = {{ command = "{SECRET}" }}',
    "file-nul": f'consumer_key = {{ file = "{SECRET}\\u0000" }}',
    "user-secret": f'consumer_key = {{ env = "KEY" }}\nuser_secret = "{SECRET}"',
    "user-secret-personal": f'consumer_key = "{SECRET}"\naccount = "personal"\nuser_secret = "{SECRET}"',
    "toml": f"consumer_key = {SECRET}",
    "toml-open-end": f'consumer_key = "{SECRET}',
    "client-id": f'consumer_key = "{SECRET}"\n[profiles.q]\nscheme = "snaptrade-signature"\nclient_id = "{SECRET} "',
    "profile-is-text": f'consumer_key = "x"\n[profiles]\nq = "{SECRET}"',
    "table-is-text": f'consumer_key = "{SECRET}"\n[profiles.q]\nclient_id = 5\n[proxy]\nmax_body = 5',
}


@pytest.mark.parametrize("mistake", [pytest.param(text, id=name) for name, text in MISTAKES.items()])
def test_no_problem_shows_a_secret(mistake: str, tmp_path: Path) -> None:
    """Whatever is wrong with a secret or beside it, neither the error nor what led to it shows the value."""
    with pytest.raises(ConfigError) as caught:
        load(config(tmp_path, minimal(mistake)), ENVIRON)
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("where", ["file", "command"])
def test_no_problem_shows_bytes_that_are_no_text(where: str, tmp_path: Path) -> None:
    """A secret that is not UTF-8 is not shown by the decoder's error either."""
    write(tmp_path / "key", b"hush\xff")
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, REFERENCES[where])
    assert "hush" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__!r}"


def test_asking_twice(tmp_path: Path, memory: MemoryKeyring) -> None:
    """Within one load and over reloads, keyring and programs are asked once for each reference."""
    script(tmp_path, "echo x >> count; echo key")
    count = tmp_path / "count"
    references = (
        'consumer_key = { keyring = "snap/trade/partner" }\nuser_id = "a"\nuser_secret = { command = ["./program"] }'
    )
    text = minimal(references) + minimal(references).split("\n\n")[-1].replace("[profiles.p]", "[profiles.q]")
    first = load(config(tmp_path, text), ENVIRON)
    assert (memory.asked, count.read_text()) == (1, "x\n")
    second = load(config(tmp_path, text.replace("profiles.p]", "profiles.new]")), ENVIRON, first)
    assert (memory.asked, count.read_text()) == (1, "x\n")
    assert second.secrets["new", "consumer_key"] == first.secrets["p", "consumer_key"]
    assert second.secrets["new", "user_secret"] == first.secrets["p", "user_secret"]


def test_changed_reference_is_asked_anew(tmp_path: Path, memory: MemoryKeyring) -> None:
    """A reload asks where the reference is another one, and without a previous configuration everywhere."""
    memory.set_password("snap/trade", "other", "other-key")
    text = minimal('consumer_key = { keyring = "snap/trade/partner" }')
    first = load(config(tmp_path, text), ENVIRON)
    memory.set_password("snap/trade", "partner", "new-key")
    assert consumer_key(load(config(tmp_path, text), ENVIRON, first)) == SECRET
    assert consumer_key(load(config(tmp_path, text), ENVIRON)) == "new-key"
    assert consumer_key(load(config(tmp_path, text.replace("/partner", "/other")), ENVIRON, first)) == "other-key"


def test_program_of_another_config_is_another_program(tmp_path: Path) -> None:
    """A relative program is not taken over from a config in another directory."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        script(tmp_path / name, f"echo {name}")
    first = loaded(tmp_path / "one", REFERENCES["relative-program"])
    path = config(tmp_path / "two", minimal(f"consumer_key = {REFERENCES['relative-program']}"))
    assert consumer_key(load(path, ENVIRON, first)) == "two"


def test_files_and_variables_are_read_at_every_reload(tmp_path: Path) -> None:
    """What changes in a file or in the environment is seen, although its reference stays."""
    write(tmp_path / "key", "one")
    first = loaded(tmp_path, '{ file = "key" }')
    write(tmp_path / "key", "two")
    assert consumer_key(load(tmp_path / "c.toml", ENVIRON, first)) == "two"
    first = loaded(tmp_path, '{ env = "KEY" }')
    assert consumer_key(load(tmp_path / "c.toml", {"KEY": "three"}, first)) == "three"
